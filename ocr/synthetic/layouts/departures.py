"""Vehicles that leave: 出口货物报关单 and 出境证明 of customs, 退车证明 of the dealer or maker.

Knows how these papers look. Knows no customs procedure.
"""

from __future__ import annotations

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    SERIAL_RED,
    Entry,
    barcode,
    closing,
    digits,
    heading,
    pick,
    plain_date,
    serial,
    sheet,
    table,
)
from ocr.synthetic.layouts.prose import UNDERLINED, WRITTEN, Part, prose
from ocr.synthetic.page import A4, Label, Layout, Page, Ticks, Value, dated

_PORTS = ("示例港海关", "演示口岸海关", "示例市浦江海关")

_ABROAD = ("哈萨克斯坦", "越南", "俄罗斯", "蒙古")


def export_declaration(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """中华人民共和国海关出口货物报关单 for one used car: the wide form with small captions in its boxes."""
    page = sheet("M-SC-03", dpi, rng, (297, 210) if rng.random() < 0.7 else A4, dots=0.2)
    vehicle, owner = identity.vehicle, identity.owner
    x, width = 12.0, page.width - 24
    heading(page, 19, ("中华人民共和国海关出口货物报关单",), 17)
    number = "31" + digits(rng, 16)
    page.text(x, 29, f"预录入编号：{number}", 8.5)
    page.text(page.width / 2 + 10, 29, f"海关编号：{number}", 8.5)
    barcode(page, page.width - 70, 4, 56, 8)
    date_text = f"{identity.day:%Y%m%d}"
    rows = (
        (
            "境内发货人",
            owner.name,
            "出境关别",
            pick(rng, _PORTS),
            "出口日期",
            date_text,
            "申报日期",
            date_text,
        ),
        (
            "境外收货人",
            "DEMO AUTO TRADE",
            "运输方式",
            "公路运输",
            "运输工具",
            "/",
            "提运单号",
            digits(rng, 8),
        ),
        (
            "生产销售单位",
            "示例进出口有限公司",
            "监管方式",
            "一般贸易",
            "征免性质",
            "一般征税",
            "许可证号",
            "24-AA-000127",
        ),
        (
            "合同协议号",
            "SL-" + digits(rng, 6),
            "贸易国",
            pick(rng, _ABROAD),
            "运抵国",
            pick(rng, _ABROAD),
            "离境口岸",
            "示例口岸",
        ),
    )
    bottom = 33.0
    for row in rows:
        for index in range(0, 8, 2):
            box = (x + width / 8 * index, bottom, x + width / 8 * (index + 2), bottom + 11)
            page.box(box)
            page.text(box[0] + 1.5, bottom + 2.8, row[index], 7.5)
            value = Value(row[index + 1], pt=9)
            if row[index] == "境内发货人":
                value = Value(owner.name, "owner_name", pt=9)
            elif row[index] == "出口日期":
                value = Value(date_text, "issue_date", identity.day.isoformat(), pt=9)
            page.value((box[0] + 2, bottom + 5, box[2] - 1, bottom + 10.6), value)
        bottom += 11
    name = f"二手{vehicle.brand}轿车 {vehicle.model}"
    cells = ("项号", "商品编号", "商品名称及规格型号", "数量及单位", "单价/总价/币制", "原产国", "征免")
    shares = [width * s for s in (0.05, 0.11, 0.37, 0.11, 0.16, 0.1, 0.1)]
    goods = (
        "1",
        "8703236190",
        f"{name}\n0:旧车|车牌{vehicle.plate_no}",
        "1辆",
        f"{identity.deal.price // 7}.00\n美元",
        "中国",
        "照章征税",
    )
    values = [Value(text, pt=9) for text in goods]
    page.grid(
        x,
        bottom,
        [
            (7, [(w, Label(c, 8)) for w, c in zip(shares, cells, strict=True)]),
            (20, list(zip(shares, values, strict=True))),
        ],
    )
    page.note("plate_no", vehicle.plate_no)
    page.box((x, bottom + 27, x + width, bottom + 49), mm=0.4)
    page.text(x + 2, bottom + 32, "标记唛码及备注", 8)
    page.text(x + 2, bottom + 40, "车辆识别代号(VIN)：", 9.5)
    page.field(x + 38, bottom + 40, Value(vehicle.vin, "vin"))
    page.grid(x, bottom + 49, [(22, [(width * 0.6, None), (width * 0.4, None)])])
    page.text(x + 2, bottom + 54, "兹申明对以上内容承担如实申报、依法纳税之法律责任", 8.5)
    page.text(x + 2, bottom + 65, "报关人员　　　　　　申报单位（签章）", 8.5)
    page.text(x + width * 0.6 + 2, bottom + 54, "海关批注及签章", 8.5)
    if rng.random() < 0.8:
        stamps.press_round(page, x + width * 0.8, bottom + 62, rows[0][3], "验讫章", 36, star=False)
    return page


def returned_vehicle_letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """退车证明 of the maker or dealer who took the vehicle back."""
    page = sheet("M-SC-03", dpi, rng, hand=0.25)
    vehicle, owner = identity.vehicle, identity.owner
    issuer = pick(rng, (identity.deal.dealer, vehicle.manufacturer))
    x, y = rng.uniform(22, 30), rng.uniform(36, 52)
    heading(page, y, ("退车证明", "机动车退车证明", "退　车　证　明"), 22)
    page.text(x, y + 18, pick(rng, ("车辆管理所：", "示例市公安局交警支队车辆管理所：")), 13.5)
    flaw = pick(rng, ("变速器存在质量问题", "发动机存在质量问题", "车身漆面及电路存在质量缺陷"))
    parts: list[Part] = [
        "客户",
        Value(owner.name, "owner_name"),
        "于",
        plain_date(vehicle.reg_date),
        f"购买的{vehicle.brand}轿车一辆，号牌号码",
        Value(vehicle.plate_no, "plate_no"),
        "，车辆识别代号（车架号）",
        Value(vehicle.vin, "vin"),
        "，发动机号",
        Value(vehicle.engine_no),
        f"，因该车{flaw}，经双方协商一致，我公司同意客户退机动车，购车款已全额退还，车辆已由我公司收回。"
        "请予办理该车注销登记手续。\n特此证明。",
    ]
    y = prose(
        page, x, y + 30, 210 - 2 * x, parts, 13.5, 2.0, values=UNDERLINED if rng.random() < 0.5 else WRITTEN
    )
    day = plain_date(identity.day, "issue_date", 13)
    closing(page, 140, y + rng.uniform(16, 30), Value(issuer, pt=13), day)
    return page


def returned_vehicle_table(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same as the dealer's after-sales sheet (退车证明单)."""
    page = sheet("M-SC-03", dpi, rng, hand=0.3)
    vehicle, owner, deal = identity.vehicle, identity.owner, identity.deal
    page.text(18, 20, deal.dealer, 12, "hei_heavy", SERIAL_RED if rng.random() < 0.4 else None)
    page.line(18, 25, 192, 25, 0.6)
    heading(page, 36, ("退车证明单", "车辆退车证明单（质量问题）"), 19)
    page.text(18, 46, f"单号：TC{identity.day:%Y%m}{digits(rng, 4)}", 9.5)
    rows: list[list[Entry]] = [
        [("客户名称", Value(owner.name, "owner_name")), ("联系电话", Value(owner.phone))],
        [("车　　型", Value(vehicle.brand_model, pt=9.5)), ("车牌号", Value(vehicle.plate_no, "plate_no"))],
        [("车架号", Value(vehicle.vin, "vin", pt=10)), ("发动机号", Value(vehicle.engine_no))],
        [("购车日期", dated(vehicle.reg_date, None)), ("行驶里程", Value(f"{rng.integers(200, 9000)} km"))],
        [("退车原因", Ticks([("质量问题", True), ("配置不符", False), ("召回", False), ("其他", False)]))],
        [("问题描述", Value("多次维修后故障仍存在，双方同意退机动车。", pt=11))],
        [("退款金额", Value(f"{in_capitals(deal.price)}（¥{deal.price}.00）"))],
        [("经销商意见", Label("同意退车，原车已收回入库，发票已作红字冲销。", 10.5, "left"))],
    ]
    bottom = table(page, 18, 50, 174, rows, 26, rng.uniform(11, 13), {5: 30, 7: 26})
    page.text(22, bottom + 14, "客户签字：", 11)
    page.signature(42, bottom + 14, owner.name)
    day = dated(identity.day, "issue_date", "iso")
    closing(page, 148, bottom + 14, Value(deal.dealer, pt=10.5), day, "售后专用章", 38)
    return page


def customs_exit_letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """海关出境证明: the port's slip that the vehicle has left the country, counterfoil at the left."""
    page = sheet(
        "M-SC-03", dpi, rng, (230, 150) if rng.random() < 0.5 else A4, hand=0.3, paper=(250, 252, 247)
    )
    vehicle, owner = identity.vehicle, identity.owner
    port = pick(rng, _PORTS)
    y = rng.uniform(20, 30) if page.height < 200 else rng.uniform(40, 70)
    page.box((12, y - 12, page.width - 12, y + 112), 0.6, (52, 84, 128))
    page.box((14, y - 10, page.width - 14, y + 110), 0.2, (52, 84, 128))
    heading(page, y, ("机动车出境证明", "运输工具出境证明书", "车辆出境证明"), 19)
    serial(page, page.width - 20, y + 10, Value(f"{identity.day.year}{digits(rng, 6)}", pt=12), "№", "rm")
    parts: list[Part] = [
        "车主",
        Value(owner.name, "owner_name"),
        "所有的",
        Value(vehicle.brand + "轿车"),
        "，车牌号码",
        Value(vehicle.plate_no, "plate_no"),
        "，车架号",
        Value(vehicle.vin, "vin"),
        "，已于",
        plain_date(identity.deal.invoice_date),
        f"经{port}监管出境，前往",
        Value(pick(rng, _ABROAD)),
        "，不再复运进境。\n特此证明，以便办理机动车注销登记。",
    ]
    y = prose(page, 24, y + 26, page.width - 48, parts, 12.5, 2.0, values=UNDERLINED)
    day = plain_date(identity.day, "issue_date", 12)
    closing(page, page.width - 66, y + 8, Value("中华人民共和国" + port, pt=12), day, "", 38)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-SC-03": (
        export_declaration,
        returned_vehicle_letter,
        returned_vehicle_table,
        customs_exit_letter,
    ),
}
