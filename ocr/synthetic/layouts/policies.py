"""What insurer and tax office print for the owner: 交强险保单, 车辆购置税完税证明."""

from __future__ import annotations

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Label, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import draw_style


def insurance(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车交通事故责任强制保险单 (电子保单 printed on A4)."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-IN-01"]
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    page.text(18, 16, deal.insurer[:8], 13, "hei_heavy", (170, 44, 40))
    page.title(27, "机动车交通事故责任强制保险单（电子保单）", 16, role="hei_heavy")
    page.text(20, 37, "投保确认码：V0101SLBX310026000000", 8.5)
    page.text(112, 37, "保险单号：", 10)
    page.field(130, 37, Value(deal.policy_no, "policy_no", pt=10, printed=True))
    premium, tax = 950, 300 + vehicle.displacement // 10
    rows: list[Row] = [
        (8.5, [(40, "被保险人"), (130, Value(owner.name, "insured_name"))]),
        (
            8.5,
            [
                (40, "被保险人身份证号码"),
                (70, Value(owner.id_number)),
                (24, "联系方式"),
                (36, Value(owner.phone, pt=9.5)),
            ],
        ),
        (8.5, [(40, "地　址"), (130, Value(owner.address))]),
        (
            8.5,
            [
                (22, "号牌号码"),
                (48, Value(vehicle.plate_no, "plate_no")),
                (24, "机动车种类"),
                (26, Value("客车")),
                (22, "使用性质"),
                (28, Value("家庭自用", pt=9.5)),
            ],
        ),
        (
            8.5,
            [
                (22, "发动机号码"),
                (48, Value(vehicle.engine_no, "engine_no")),
                (42, "识别代码（车架号）"),
                (58, Value(vehicle.vin, "vin")),
            ],
        ),
        (
            8.5,
            [
                (22, "厂牌型号"),
                (48, Value(vehicle.brand_model)),
                (22, "核定载客"),
                (22, Value("5人")),
                (26, "核定载质量"),
                (30, Value("0.000千克")),
            ],
        ),
        (
            8.5,
            [
                (22, "排量"),
                (48, Value(f"{vehicle.displacement / 1000:.3f}L")),
                (22, "功率"),
                (22, Value(f"{vehicle.power:.0f}KW")),
                (26, "登记日期"),
                (30, dated(vehicle.reg_date, None, "iso", pt=9.5)),
            ],
        ),
        (
            8.5,
            [
                (56, "死亡伤残赔偿限额"),
                (29, Value("180000元")),
                (56, "无责任死亡伤残赔偿限额"),
                (29, Value("18000元")),
            ],
        ),
        (
            8.5,
            [
                (56, "医疗费用赔偿限额"),
                (29, Value("18000元")),
                (56, "无责任医疗费用赔偿限额"),
                (29, Value("1800元")),
            ],
        ),
        (
            8.5,
            [
                (56, "财产损失赔偿限额"),
                (29, Value("2000元")),
                (56, "无责任财产损失赔偿限额"),
                (29, Value("100元")),
            ],
        ),
        (8.5, [(85, "与道路交通安全违法行为和事故相联系的浮动比率"), (85, Value("0.00%"))]),
        (
            8.5,
            [(40, "保险费合计（大写）"), (70, Value("玖佰伍拾圆整")), (60, Value(f"（￥：{premium}.00元）"))],
        ),
    ]
    y = page.grid(20, 42, rows)
    page.box((20, y, 190, y + 9))
    text = f"保险期间自{chinese_date(deal.insure_from)}00时00分起至{chinese_date(deal.insure_to)}24时00分止"
    page.field(23, y + 4.5, Value(text, pt=10, printed=True))
    page.note("insure_from", deal.insure_from.isoformat())
    page.note("insure_to", deal.insure_to.isoformat())
    y = page.grid(
        20,
        y + 9,
        [
            (8.5, [(40, "保险合同争议解决方式"), (130, Value("诉讼"))]),
            (
                8.5,
                [
                    (26, "代收车船税"),
                    (24, "当年应缴"),
                    (34, Value(f"￥{tax}.00", "vehicle_tax", f"{tax}.00")),
                    (24, "往年补缴"),
                    (20, Value("￥0.00")),
                    (20, "滞纳金"),
                    (22, Value("￥0.00")),
                ],
            ),
            (
                24,
                [
                    (18, "特别约定"),
                    (
                        152,
                        Label(
                            "尊敬的客户：您可通过本公司官方渠道核实保单信息。若对查询结果有异议，"
                            "请及时联系本公司。",
                            8.5,
                            "left",
                        ),
                    ),
                ],
            ),
            (
                28,
                [
                    (18, "重要提示"),
                    (
                        152,
                        Label(
                            "1.请详细阅读保险条款，特别是责任免除和投保人、被保险人义务。2.收到本"
                            "保险单后，请立即核对，如有不符或疏漏，"
                            "请及时通知保险人并办理变更或补充手续。3.保险费应一次性交清，请您及时"
                            "核对保险单和发票。",
                            8.5,
                            "left",
                        ),
                    ),
                ],
            ),
            (
                20,
                [
                    (18, "保险人"),
                    (
                        152,
                        Label(
                            f"公司名称：{deal.insurer}\n公司地址：示例市演示区示范大道1"
                            f"号　　服务电话：000-95000",
                            9,
                            "left",
                        ),
                    ),
                ],
            ),
        ],
    )
    page.note("insurer", deal.insurer)
    page.text(
        24,
        y + 8,
        f"核保：自动核保　　制单：{deal.clerk}　　签单日期：{deal.insure_from.isoformat()}",
        9,
    )
    stamps.press_round(page, 160, y - 6, deal.insurer, "承保业务专用章", 38)
    page.paste(figures.square_code(rng), (166, 12, 166 + 20, 12 + 20))
    return page


def tax_paid(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """车辆购置税完税证明（电子版）."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-TX-01"]
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    page.title(36, "车辆购置税完税证明（电子版）", 20)
    page.text(110, 50, "完税证明号码：", 10.5)
    page.field(136, 50, Value(deal.tax_cert_no, "tax_cert_no", pt=10.5))
    y = page.grid(
        22,
        56,
        [
            (12, [(42, "纳税人名称"), (124, Value(owner.name, "taxpayer_name"))]),
            (12, [(42, "证件号码"), (124, Value(owner.id_number))]),
            (12, [(42, "厂牌型号"), (124, Value(vehicle.brand_model, "brand_model"))]),
            (12, [(42, "车辆识别代号"), (124, Value(vehicle.vin, "vin", pt=12))]),
            (12, [(42, "发动机号"), (124, Value(vehicle.engine_no))]),
            (12, [(42, "征免种类"), (124, Value("免税" if vehicle.electric else "征税"))]),
            (12, [(42, "征收机关名称"), (124, Value("示例市演示区税务局"))]),
            (12, [(42, "开具日期"), (124, dated(deal.invoice_date, "issue_date"))]),
        ],
        border=0.5,
    )
    page.flow(
        22,
        y + 12,
        120,
        "　　本证明可通过征收机关渠道查询核实。车辆购置税完税信息已传送至公安机关交通管理部门。",
        10,
    )
    page.paste(figures.square_code(rng), (150, y + 10, 150 + 32, y + 10 + 32))
    stamps.press_round(page, 110, y + 40, "示例市演示区税务局", "征税专用章", 40)
    return page
