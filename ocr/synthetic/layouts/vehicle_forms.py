"""The application form of the vehicle desk: 机动车注册、转让、注销登记/转入申请表."""

from __future__ import annotations

from functools import partial

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Label, Page, Row, Ticks, Value, dated
from ocr.synthetic.style import draw_style


def _applied(identity: Identity) -> str:
    return "注册登记" if identity.item == "V-REG-01" else "转让登记"


def vehicle_application(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车注册、转让、注销登记/转入申请表: the form as the counter's system prints it, filled in."""
    page = Page(*A4, dpi, rng, draw_style(rng, hand_share=0.35))
    page.truth.materials = ["M-FM-01"]
    owner, vehicle = identity.owner, identity.vehicle
    page.title(24, "机动车注册、转让、注销登记/转入申请表", 18)
    _plate_line(page, identity, 36)
    fresh = identity.item == "V-REG-01"
    items = Ticks([("注册登记", fresh), ("注销登记", False), ("转让登记", not fresh), ("转入", False)])
    rows: list[Row] = [
        (13, [(32, "申请事项"), (142, items)]),
        (
            13,
            [
                (10, None),
                (22, "姓名/名称"),
                (72, Value(owner.name, "owner_name", pt=12)),
                (22, "邮政编码"),
                (48, Value("200000")),
            ],
        ),
        (13, [(10, None), (22, "邮寄地址"), (142, Value(owner.address))]),
        (
            13,
            [
                (10, None),
                (22, "身份证明\n名称/号码"),
                (52, Value("居民身份证")),
                (90, Value(owner.id_number, "id_number")),
            ],
        ),
        (
            13,
            [
                (10, None),
                (22, "手机号码"),
                (72, Value(owner.phone, "phone")),
                (22, "固定电话"),
                (48, Value("/")),
            ],
        ),
        (13, [(10, None), (22, "姓名/名称"), (72, Value("/")), (22, "手机号码"), (48, Value("/"))]),
        (13, [(10, None), (22, "身份证明\n名称/号码"), (142, Value("/"))]),
        (
            13,
            [
                (10, None),
                (32, "车辆品牌型号"),
                (52, Value(vehicle.brand_model, "brand_model")),
                (28, "车辆类型"),
                (52, Value("小型轿车")),
            ],
        ),
        (13, [(10, None), (32, "车辆识别代号"), (132, Value(vehicle.vin, "vin", pt=12))]),
        (
            13,
            [
                (10, None),
                (32, "发动机号码"),
                (52, Value(vehicle.engine_no)),
                (28, "车身颜色"),
                (52, Value(vehicle.body_color + "色")),
            ],
        ),
        (
            13,
            [
                (10, None),
                (32, "获得方式"),
                (
                    132,
                    Ticks(
                        [
                            ("购买", True),
                            ("继承", False),
                            ("赠予", False),
                            ("协议抵偿债务", False),
                            ("中奖", False),
                            ("资产重组", False),
                            ("其他", False),
                        ],
                        pt=8.5,
                    ),
                ),
            ],
        ),
        (
            13,
            [
                (10, None),
                (32, "使用性质"),
                (
                    132,
                    Ticks(
                        [
                            ("非营运", True),
                            ("营运", False),
                            ("营转非", False),
                            ("出租转非", False),
                            ("租赁", False),
                            ("危险货物运输", False),
                        ],
                        pt=8.5,
                    ),
                ),
            ],
        ),
    ]
    bottom = page.grid(18, 42, rows)
    page.side((18, 55, 28, 107), "机动车所有人")
    page.side((18, 107, 28, 133), "代理人")
    page.side((18, 133, 28, 198), "机动车")
    _vehicle_statement(page, identity, bottom)
    page.note("apply_items", _applied(identity))
    return page


def vehicle_application_printed(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same form in the plainer print of another office: labels left, wide rows, receipt number on top."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-FM-01"]
    owner, vehicle = identity.owner, identity.vehicle
    fresh = identity.item == "V-REG-01"
    page.text(20, 18, f"流水号：{identity.transaction_number}", 9)
    page.text(190, 18, "第 1 页 共 1 页", 9, anchor="rm")
    page.title(28, "机动车注册、转让、注销登记/转入申请表", 16, role="hei_heavy")
    page.line(20, 34, 190, 34, 0.6)
    left = partial(Label, align="left", pt=9.0)
    rows: list[Row] = [
        (
            11.5,
            [
                (34, left("号牌种类")),
                (51, Value(vehicle.plate_type_name, "plate_type", vehicle.plate_type)),
                (34, left("号牌号码")),
                (51, Value(vehicle.plate_no, "plate_no")),
            ],
        ),
        (
            11.5,
            [
                (34, left("申请事项")),
                (
                    136,
                    Ticks(
                        [("注册登记", fresh), ("转让登记", not fresh), ("注销登记", False), ("转入", False)]
                    ),
                ),
            ],
        ),
        (
            11.5,
            [
                (34, left("机动车所有人")),
                (51, Value(owner.name, "owner_name")),
                (34, left("联系电话")),
                (51, Value(owner.phone, "phone")),
            ],
        ),
        (
            11.5,
            [
                (34, left("身份证明名称")),
                (51, Value("居民身份证")),
                (34, left("身份证明号码")),
                (51, Value(owner.id_number, "id_number")),
            ],
        ),
        (11.5, [(34, left("住所地址")), (136, Value(owner.address))]),
        (
            11.5,
            [
                (34, left("车辆品牌型号")),
                (51, Value(vehicle.brand_model, "brand_model")),
                (34, left("车辆类型")),
                (51, Value("小型轿车")),
            ],
        ),
        (
            11.5,
            [
                (34, left("车辆识别代号")),
                (51, Value(vehicle.vin, "vin")),
                (34, left("发动机号")),
                (51, Value(vehicle.engine_no)),
            ],
        ),
        (
            11.5,
            [
                (34, left("车身颜色")),
                (51, Value(vehicle.body_color)),
                (34, left("使用性质")),
                (51, Value("非营运")),
            ],
        ),
        (
            11.5,
            [
                (34, left("获得方式")),
                (51, Value("购买")),
                (34, left("国产/进口")),
                (51, Value("国产")),
            ],
        ),
        (
            11.5,
            [
                (34, left("代理人姓名")),
                (51, Value("/")),
                (34, left("代理人电话")),
                (51, Value("/")),
            ],
        ),
    ]
    bottom = page.grid(20, 38, rows, border=0.5)
    _vehicle_statement(page, identity, bottom + 6, left=20, width=170)
    page.note("apply_items", _applied(identity))
    return page


def _plate_line(page: Page, identity: Identity, y: float) -> None:
    vehicle = identity.vehicle
    page.text(20, y, "号牌种类", 10.5)
    page.line(37, y + 3, 82, y + 3, 0.2)
    page.field(39, y, Value(vehicle.plate_type_name, "plate_type", vehicle.plate_type))
    page.text(108, y, "号牌号码", 10.5)
    page.line(125, y + 3, 170, y + 3, 0.2)
    page.field(127, y, Value(vehicle.plate_no, "plate_no", pt=12))


def _vehicle_statement(
    page: Page, identity: Identity, top: float, left: float = 18, width: float = 174
) -> None:
    height = 68.0
    page.box((left, top, left + width, top + height), mm=0.4)
    y = page.flow(
        left + 4,
        top + 7,
        width - 8,
        "　　机动车所有人及代理人对申请材料的真实有效性负责。本人已知晓并承诺：提交的身份证明、机"
        "动车来历证明、"
        "合格证明等资料真实、合法、有效，如有虚假，愿承担相应的法律责任。",
        10,
        leading=1.6,
    )
    page.text(left + 8, y + 8, "机动车所有人（代理人）签字：", 10.5)
    page.signature(left + 62, y + 8, identity.owner.name)
    page.field(left + width - 48, y + 20, dated(identity.day, "sign_date"))
    page.note("signature_present", "true")
    if page.rng.random() < 0.6:
        stamps.press_round(page, left + width - 32, y + 12, "示例市公安局车辆管理所", "业务专用章", 38)
    page.text(left, top + height + 7, "填表说明：1. 填写时请使用黑色、蓝色墨水笔，字体工整，不得涂改。", 8.5)
    page.text(left, top + height + 12, "　　　　　2. 标注有“□”符号的为选择项目，选择后在“□”中划“√”。", 8.5)
