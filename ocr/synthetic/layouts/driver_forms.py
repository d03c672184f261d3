"""Forms and statements of the licence desk: 驾驶证申请表, 身体条件证明, 遗失声明, 告知承诺书."""

from __future__ import annotations

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Page, Row, Ticks, Value, chinese_date, dated
from ocr.synthetic.style import draw_style


def licence_application(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车驾驶证申请表 with the photograph in its corner."""
    page = Page(*A4, dpi, rng, draw_style(rng, hand_share=0.4))
    page.truth.materials = ["M-FM-05"]
    owner, licence = identity.owner, identity.licence
    page.title(22, "机动车驾驶证申请表", 20, spacing=1)
    page.text(20, 33, "受理岗签注：", 9)
    page.text(118, 33, "档案编号：", 9)
    page.field(136, 33, Value(licence.file_no, "file_no"))
    rows: list[Row] = [
        (
            10,
            [
                (10, None),
                (22, "姓　名"),
                (42, Value(owner.name, "person_name", pt=12)),
                (16, "性别"),
                (18, Value(owner.gender, "gender", align="center")),
                (18, "国籍"),
                (18, Value("中国", align="center")),
            ],
        ),
        (
            10,
            [
                (10, None),
                (22, "出生日期"),
                (58, dated(owner.birth_date, "birth_date")),
                (28, "身份证明名称"),
                (26, Value("居民身份证", pt=9)),
            ],
        ),
        (10, [(10, None), (22, "号　码"), (112, Value(owner.id_number, "id_number", pt=12))]),
        (10, [(10, None), (22, "住　址"), (112, Value(owner.address, "address", pt=10))]),
        (
            10,
            [
                (10, None),
                (22, "联系电话"),
                (50, Value(owner.phone, "phone")),
                (28, "邮政编码"),
                (34, Value("200000")),
            ],
        ),
    ]
    page.grid(18, 40, rows)
    page.side((18, 40, 28, 90), "申请人信息")
    page.box((162, 40, 192, 90))
    page.paste(figures.portrait(owner.id_number), (164, 46, 190, 80))
    page.note("photo_present", "true")
    kinds = (
        "初次申领",
        "增加准驾车型",
        "持军警驾驶证申领",
        "持境外驾驶证申领",
        "有效期满换证",
        "达到规定年龄换证",
        "信息变化换证",
        "损毁换证",
        "遗失补证",
        "注销",
        "恢复驾驶资格",
        "延期办理",
    )
    rows2: list[Row] = [
        (30, [(10, None), (134, Ticks([(kind, kind == "遗失补证") for kind in kinds], pt=9)), (30, None)]),
        (
            11,
            [
                (42, "原准驾车型"),
                (40, Value(licence.license_class, "license_class", align="center", pt=12)),
                (42, "申请准驾车型"),
                (50, Value(licence.license_class, align="center", pt=12)),
            ],
        ),
        (
            24,
            [
                (10, None),
                (
                    164,
                    Ticks(
                        [
                            ("我已知晓驾驶人身体条件的规定，如实申告", True),
                            ("器质性心脏病", False),
                            ("癫痫", False),
                            ("眩晕症", False),
                            ("震颤麻痹", False),
                            ("精神病", False),
                            ("影响肢体活动的神经系统疾病", False),
                            ("以上情形均无", True),
                        ],
                        pt=8.5,
                    ),
                ),
            ],
        ),
    ]
    bottom = page.grid(18, 90, rows2)
    page.side((18, 90, 28, 120), "申请业务种类")
    page.side((18, 131, 28, 155), "身体条件")
    page.paragraph((163, 92, 191, 118), "条形码粘贴区", 8.5, align="center")
    _licence_statement(page, identity, bottom)
    page.note("apply_items", "遗失补证")
    return page


def _licence_statement(page: Page, identity: Identity, top: float) -> None:
    page.box((18, top, 192, top + 74), mm=0.4)
    page.text(105, top + 7, "申告的义务和内容", 11, "hei", anchor="mm")
    y = page.flow(
        22,
        top + 15,
        166,
        "　　申请人应当如实申告是否具有不准申请机动车驾驶证的情形。上述申告为本人"
        "真实情况和真实意思表示，如果不属实，"
        "本人自愿承担相应的法律责任。机动车驾驶证遗失补领后，原机动车驾驶证作废，不得继续使用。",
        10,
        leading=1.6,
    )
    page.text(30, y + 10, "申请人签字：", 10.5)
    page.signature(54, y + 10, identity.owner.name)
    page.field(128, y + 10, dated(identity.day, "sign_date"))
    page.note("signature_present", "true")
    page.text(30, y + 24, "受理人：", 10.5)
    page.signature(48, y + 24, identity.deal.clerk, 14)
    stamps.press_round(page, 150, y + 18, "示例市公安局车辆管理所", "驾驶证业务专用章", 38)


def licence_application_plain(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same form as printed whole by the counter's system."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-FM-05"]
    owner, licence = identity.owner, identity.licence
    page.title(26, "机动车驾驶证申请表", 18, role="hei_heavy")
    page.text(20, 36, f"流水号：{identity.transaction_number}", 9)
    page.text(190, 36, f"受理日期：{identity.day.isoformat()}", 9, anchor="rm")
    rows: list[Row] = [
        (
            10,
            [
                (30, "姓名"),
                (45, Value(owner.name, "person_name")),
                (25, "性别"),
                (40, Value(owner.gender, "gender")),
            ],
        ),
        (
            10,
            [
                (30, "出生日期"),
                (45, dated(owner.birth_date, "birth_date", "iso")),
                (25, "联系电话"),
                (40, Value(owner.phone, "phone")),
            ],
        ),
        (
            10,
            [
                (30, "身份证明名称"),
                (45, Value("居民身份证")),
                (25, "准驾车型"),
                (40, Value(licence.license_class, "license_class")),
            ],
        ),
        (10, [(30, "身份证明号码"), (110, Value(owner.id_number, "id_number", pt=12))]),
        (10, [(30, "住址"), (110, Value(owner.address, "address"))]),
        (10, [(30, "档案编号"), (110, Value(licence.file_no, "file_no"))]),
    ]
    page.grid(20, 42, rows, border=0.5)
    page.box((160, 42, 190, 102), mm=0.5)
    page.paste(figures.portrait(owner.id_number), (162.5, 52, 187.5, 87))
    page.note("photo_present", "true")
    kinds = ("期满换证", "遗失补证", "损毁换证", "信息变化换证", "降低准驾车型", "注销")
    bottom = page.grid(
        20,
        102,
        [
            (14, [(30, "申请业务种类"), (140, Ticks([(kind, kind == "遗失补证") for kind in kinds]))]),
            (12, [(30, "补证原因"), (140, Value("机动车驾驶证遗失"))]),
            (12, [(30, "身体条件"), (140, Value("符合规定，无妨碍安全驾驶的疾病"))]),
        ],
        border=0.5,
    )
    _licence_statement(page, identity, bottom + 5)
    page.note("apply_items", "遗失补证")
    return page


def loss_statement(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车驾驶证遗失声明, written or typed on a plain sheet."""
    page = Page(*A4, dpi, rng, draw_style(rng, hand_share=0.6))
    page.truth.materials = ["M-OT-01"]
    owner, licence = identity.owner, identity.licence
    page.title(40, "机动车驾驶证遗失声明", 22)
    text = (
        f"　　本人{owner.name}，公民身份号码{owner.id_number}，持有准驾车型为{licence.license_class}"
        f"的机动车驾驶证，"
        f"档案编号{licence.file_no}，于{chinese_date(identity.deal.invoice_date)}不慎遗失。"
        "本人声明原机动车驾驶证作废，并保证在补领驾驶证后，如找到原证即交回车辆管理所，不再使用。"
        "如有虚假，愿承担法律责任。"
    )
    y = page.flow(
        28,
        62,
        154,
        text,
        14,
        page.style.value if page.style.hand else "song",
        leading=2.0,
        ink=page.style.value_ink,
    )
    page.note("owner_name", owner.name)
    page.note("dossier_no", licence.file_no)
    page.text(104, y + 18, "声明人：", 14)
    page.signature(124, y + 18, owner.name, 20)
    page.field(104, y + 34, dated(identity.day, "sign_date", pt=14))
    return page


def pledge(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """告知承诺书 of the driving licence desk."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-OT-01"]
    owner, licence = identity.owner, identity.licence
    page.title(30, "驾驶证业务告知承诺书", 20)
    y = page.flow(
        22, 46, 166, "　　根据有关规定，办理机动车驾驶证补证业务实行告知承诺。现将有关事项告知如下：", 12
    )
    for number, line in enumerate(
        (
            "机动车驾驶证遗失的，机动车驾驶人应当向机动车驾驶证核发地车辆管理所申请补发。",
            "补领机动车驾驶证后，原机动车驾驶证作废，不得继续使用。",
            "机动车驾驶证被依法扣押、扣留或者暂扣期间，机动车驾驶人不得申请补发。",
            "以欺骗、贿赂等不正当手段补领机动车驾驶证的，由公安机关交通管理部门收缴并依法处罚。",
        ),
        1,
    ):
        y = page.flow(22, y, 166, f"　　{number}. {line}", 12)
    y = page.flow(
        22,
        y + 6,
        166,
        "　　本人承诺已知晓上述内容，所提交的材料真实有效，符合办理条件，愿意承担"
        "不实承诺的法律责任。声明人信息如下：",
        12,
    )
    y = page.grid(
        22,
        y + 4,
        [
            (
                11,
                [
                    (34, "姓　名"),
                    (50, Value(owner.name, "owner_name")),
                    (34, "准驾车型"),
                    (48, Value(licence.license_class)),
                ],
            ),
            (11, [(34, "公民身份号码"), (132, Value(owner.id_number))]),
            (11, [(34, "档案编号"), (132, Value(licence.file_no, "dossier_no"))]),
        ],
    )
    page.text(100, y + 20, "承诺人（签字）：", 12)
    page.signature(136, y + 20, owner.name)
    page.field(100, y + 34, dated(identity.day, "sign_date", pt=12))
    return page


def medical_certificate(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车驾驶人身体条件证明."""
    page = Page(*A4, dpi, rng, draw_style(rng, hand_share=0.4))
    page.truth.materials = ["M-DR-02"]
    owner, licence, deal = identity.owner, identity.licence, identity.deal
    page.title(24, "机动车驾驶人身体条件证明", 20)
    height = str(int(rng.integers(158, 186)))
    left, right = (f"{v / 10:.1f}" for v in rng.integers(49, 53, 2))
    page.grid(
        18,
        36,
        [
            (
                11,
                [
                    (24, "姓　名"),
                    (38, Value(owner.name, "person_name", pt=12)),
                    (20, "性　别"),
                    (22, Value(owner.gender)),
                    (38, None),
                ],
            ),
            (
                11,
                [
                    (24, "出生日期"),
                    (38, dated(owner.birth_date, None)),
                    (20, "国　籍"),
                    (22, Value("中国")),
                    (38, None),
                ],
            ),
            (
                11,
                [
                    (24, "身份证明"),
                    (38, Value("居民身份证")),
                    (20, "号　码"),
                    (60, Value(owner.id_number, "id_number", pt=10)),
                ],
            ),
            (
                11,
                [
                    (24, "准驾车型"),
                    (38, Value(licence.license_class, "license_class")),
                    (20, "档案编号"),
                    (60, Value(licence.file_no)),
                ],
            ),
            (11, [(24, "住　址"), (118, Value(owner.address, pt=10))]),
        ],
    )
    page.box((160, 36, 192, 91))
    page.paste(figures.portrait(owner.id_number), (163, 42, 189, 78))
    page.note("photo_present", "true")
    bottom = page.grid(
        18,
        91,
        [
            (
                11,
                [
                    (24, "身　高"),
                    (48, Value(height + " cm", "height", height)),
                    (24, "辨色力"),
                    (78, Value("正常（无红绿色盲）", "color_vision")),
                ],
            ),
            (
                11,
                [
                    (24, "视　力"),
                    (48, Value(f"左眼 {left}", "vision_left", left)),
                    (24, "矫正"),
                    (78, Value(f"右眼 {right}", "vision_right", right)),
                ],
            ),
            (11, [(24, "听　力"), (48, Value("正常", "hearing")), (24, "上　肢"), (78, Value("合格"))]),
            (11, [(24, "下　肢"), (48, Value("合格", "limbs")), (24, "躯干颈部"), (78, Value("合格"))]),
        ],
    )
    page.box((18, bottom, 192, bottom + 62), mm=0.4)
    page.text(24, bottom + 9, "医疗机构意见：", 11)
    page.field(50, bottom + 9, Value("身体条件符合申请准驾车型的规定。"))
    page.text(24, bottom + 24, "医疗机构：", 11)
    page.field(46, bottom + 24, Value(deal.hospital, "hospital", pt=11))
    page.text(24, bottom + 38, "医生签字：", 11)
    page.signature(46, bottom + 38, deal.clerk, 15)
    page.note("doctor", deal.clerk)
    page.field(112, bottom + 50, dated(deal.invoice_date, "exam_date", pt=11))
    stamps.press_round(page, 148, bottom + 36, deal.hospital, "体检专用章", 40)
    page.note("seal_present", "true")
    page.text(
        20,
        bottom + 70,
        "注：本证明自出具之日起六个月内有效。身高、视力、辨色力、听力、四肢躯干由医疗机构检查填写。",
        8.5,
    )
    return page
