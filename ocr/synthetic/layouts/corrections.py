"""Corrections of a vehicle's file and files built anew: the approval forms and the letter that asks for one.

Knows these papers and which registered items may be wrong. The leaders who approve are names of the case.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.counter_papers import DEPARTMENTS
from ocr.synthetic.layouts.office_print import (
    Entry,
    closing,
    digits,
    heading,
    letterhead,
    notes,
    pick,
    sheet,
    table,
)
from ocr.synthetic.layouts.prose import prose
from ocr.synthetic.page import Layout, Page, Row, Ticks, Value, chinese_date, dated


def _correction(identity: Identity, rng: np.random.Generator) -> tuple[str, str, str, str]:
    """Item, wrong value, right value, reason."""
    vehicle, owner = identity.vehicle, identity.owner
    slip = int(rng.integers(1, 10))
    wrong_engine = vehicle.engine_no[:-1] + str((int(vehicle.engine_no[-1]) + slip) % 10)
    wrong_vin = vehicle.vin[:-1] + str((int(vehicle.vin[-1]) + slip) % 10)
    other = [c for c in "白灰黑蓝红" if c != vehicle.body_color]
    typed = "登记时录入错误，经查阅纸质档案核实"
    return (
        ("发动机号码", wrong_engine, vehicle.engine_no, typed),
        ("车辆识别代号", wrong_vin, vehicle.vin, "录入时末位错误，与实车拓印膜不符"),
        ("机动车所有人姓名", owner.name[0] + "洋", owner.name, "同音字录入错误，经核对身份证明"),
        ("车身颜色", pick(rng, other) + "色", vehicle.body_color + "色", "登记信息与实车不符，经查验核实"),
        (
            "注册登记日期",
            (vehicle.reg_date + timedelta(days=31)).isoformat(),
            vehicle.reg_date.isoformat(),
            typed,
        ),
        ("核定载人数", "7人", f"{vehicle.seating}人", "与车辆产品公告不符"),
    )[int(rng.integers(6))]


def _opinion(
    page: Page, left: float, y: float, width: float, label: str, text: str, name: str, day: Value
) -> float:
    """A leader's cell: opinion, signature, date; returns its bottom."""
    high = page.rng.uniform(25, 37)
    page.grid(left, y, [(high, [(32, label), (width - 32, None)])])
    page.field(left + 37, y + 7, Value(text, pt=12))
    page.text(left + width - 76, y + high - 8, "签字：", 10)
    page.signature(left + width - 64, y + high - 8, name, 15)
    page.field(left + width - 38, y + high - 8, day)
    return y + high


def correction_approval(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车登记事项更正审批表: wrong and right value, then opinions from the desk up to the leader."""
    page = sheet("M-FM-08", dpi, rng, hand=0.4)
    item, before, after, reason = _correction(identity, rng)
    left, leader = 18 + rng.uniform(-3, 3), identity.deal.inspector
    heading(
        page,
        26,
        (
            "机动车登记事项更正审批表",
            "机动车档案更正审批表",
            "机动车登记信息更正审批表",
            "登记事项更正申请审批表",
        ),
        18,
    )
    page.text(left, 37, f"编号：{identity.day.year}-{digits(rng, 4)}", 9.5)
    rows: list[list[Entry]] = [
        [("号牌号码", Value(identity.vehicle.plate_no, "plate_no")), ("号牌种类", Value("小型汽车"))],
        [("机动车所有人", Value(identity.owner.name, "owner_name"))],
        [("车辆识别代号", Value(identity.vehicle.vin, "vin"))],
        [("更正项目", Value(item, "corrected_item"))],
        [("更正前内容", Value(before, "before_value")), ("更正后内容", Value(after, "after_value"))],
        [("更正理由", Value(reason + "，申请更正。"))],
    ]
    y = table(page, left, 42, 174, rows, 32, rng.uniform(10.5, 12.5))
    day = dated(identity.day, None)
    for label, text, name in (
        ("经办人意见", "情况属实，拟同意更正。", identity.deal.clerk),
        ("科室领导意见", "同意，请所领导审批。", identity.previous.name),
    ):
        y = _opinion(page, left, y, 174, label, text, name, day)
    y = _opinion(
        page,
        left,
        y,
        174,
        pick(rng, ("所领导意见", "主管领导审批意见")),
        "同意更正。",
        leader,
        dated(identity.day, "sign_date"),
    )
    page.note("approver", leader)
    if rng.random() < 0.6:
        stamps.press_round(page, left + 128, y - 16, DEPARTMENTS[0], "", 38)
    return page


def file_rebuilding(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """补建机动车档案审批表: what was lost, how it was investigated, who agreed."""
    page = sheet("M-FM-08", dpi, rng, hand=0.3)
    left, leader = 18 + rng.uniform(-3, 3), identity.deal.inspector
    heading(page, 26, ("补建机动车档案审批表", "机动车档案补建审批表", "机动车档案补建（更正）审批表"), 18)
    item = pick(rng, ("补建档案", "补建注册登记资料", "补建转移登记资料"))
    before, after = pick(
        rng,
        (("档案遗失", "补建纸质档案"), ("注册资料缺页", "按登记系统信息补建"), ("档案霉变无法辨认", "补建")),
    )
    rows: list[list[Entry]] = [
        [
            ("号牌号码", Value(identity.vehicle.plate_no, "plate_no")),
            ("档案编号", Value(identity.licence.file_no)),
        ],
        [
            ("机动车所有人", Value(identity.owner.name, "owner_name")),
            ("注册日期", Value(identity.vehicle.reg_date.isoformat())),
        ],
        [("车辆识别代号", Value(identity.vehicle.vin, "vin"))],
        [("申请事项", Value(item, "corrected_item"))],
        [("原档案情况", Value(before, "before_value")), ("处理结果", Value(after, "after_value"))],
        [("调查情况", Value("经查询登记系统并询问当事人，未发现嫌疑情形，车辆唯一性已确认。"))],
        [("嫌疑调查", Ticks([("无嫌疑", True), ("有嫌疑，移交调查", False)]))],
    ]
    y = table(page, left, 40, 174, rows, 32, rng.uniform(11, 13))
    y = _opinion(
        page,
        left,
        y,
        174,
        "档案管理岗",
        "拟补建档案，请审批。",
        identity.deal.clerk,
        dated(identity.day, None),
    )
    y = _opinion(page, left, y, 174, "审批意见", "同意补建。", leader, dated(identity.day, "sign_date"))
    page.note("approver", leader)
    notes(page, left, y + 6, 174, ("补建档案应当附登记系统打印的机动车登记信息、查验记录和情况说明。",))
    stamps.press_round(page, left + 120, y - 12, DEPARTMENTS[0], "档案专用章", 38)
    return page


def correction_request(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """An internal letter under a red head that asks for a correction; the leader's remark stands on it."""
    page = sheet("M-FM-08", dpi, rng)
    item, before, after, reason = _correction(identity, rng)
    y = letterhead(page, 34, pick(rng, DEPARTMENTS[:2])) + 18
    name = pick(
        rng,
        (
            f"关于更正机动车{item.removeprefix('机动车')}的请示",
            "关于机动车档案更正的审批报告",
            "机动车登记事项更正审批报告",
        ),
    )
    page.title(y, name, 18)
    parts: list[str | Value] = [
        "所领导：\n　　号牌号码",
        Value(identity.vehicle.plate_no, "plate_no"),
        "、车辆识别代号",
        Value(identity.vehicle.vin, "vin"),
    ]
    parts += [
        "的机动车，所有人",
        Value(identity.owner.name, "owner_name"),
        "，在档案核查中发现登记事项",
        Value(item, "corrected_item"),
    ]
    parts += [
        "有误，系统登记为“",
        Value(before, "before_value"),
        "”，应为“",
        Value(after, "after_value"),
        f"”。{reason}，建议予以档案更正。",
    ]
    parts += ["\n　　妥否，请批示。"]
    y = prose(page, 26, y + 18, 158, parts, 14, 2.0, indent=False)
    closing(
        page, 140, y + 12, Value("登记审核科", pt=14), dated(identity.day, "sign_date", pt=13), sealed=False
    )
    leader = identity.deal.inspector
    page.box((26, y + 38, 184, y + 78), 0.4)
    page.text(30, y + 45, "领导批示：", 12)
    page.signature(60, y + 56, pick(rng, ("同意更正", "同意", "同意，请档案科办理")), 18)
    page.signature(112, y + 68, leader, 17)
    page.note("approver", leader)
    page.text(146, y + 68, f"{identity.day.month}月{identity.day.day}日", 11)
    if rng.random() < 0.5:
        stamps.press_round(page, 150, y + 62, DEPARTMENTS[0], "", 38)
    return page


def correction_form_ruled(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """An older approval form: vertical headings, before and after in columns side by side, responsibility named."""
    page = sheet("M-FM-08", dpi, rng, hand=0.6)
    item, before, after, reason = _correction(identity, rng)
    left, top, high = 17 + rng.uniform(-2, 3), 46.0, rng.uniform(11, 16)
    page.title(28, pick(rng, ("车 辆 登 记 更 正 审 批 表", "档案更正（补录）呈批表")), 21, role="song_heavy")
    page.text(left, 39, f"呈报单位：{DEPARTMENTS[1]}", 10.5)
    page.text(left + 176, 39, f"呈报日期：{chinese_date(identity.day)}", 10.5, anchor="rm")
    page.note("sign_date", identity.day.isoformat())
    rows: list[Row] = [
        (
            high,
            [
                (14, None),
                (28, "车　号"),
                (50, Value(identity.vehicle.plate_no, "plate_no")),
                (28, "车　主"),
                (56, Value(identity.owner.name, "owner_name")),
            ],
        ),
        (high, [(14, None), (28, "车架号"), (134, Value(identity.vehicle.vin, "vin"))]),
        (high, [(14, None), (54, "更正项目"), (54, "原登记内容"), (54, "更正为")]),
        (
            high * 1.4,
            [
                (14, None),
                (54, Value(item, "corrected_item")),
                (54, Value(before, "before_value")),
                (54, Value(after, "after_value")),
            ],
        ),
        (high, [(14, None), (54, Value("以下空白", align="center")), (54, None), (54, None)]),
        (
            high * 2,
            [
                (14, None),
                (162, Value(f"{reason}。责任民警：{identity.deal.clerk}。附：纸质档案复印件、查验记录。")),
            ],
        ),
        (34, [(14, None), (74, None), (14, None), (74, None)]),
    ]
    y = page.grid(left, top, rows, 0.6)
    a, b, c = top + 2 * high, top + 5.4 * high, top + 7.4 * high
    for start, end, name in ((top, a, "车辆"), (a, b, "更正内容"), (b, c, "原因"), (c, y, "科室意见")):
        page.side((left, start, left + 14, end), name)
    page.side((left + 88, c, left + 102, y), "领导审批")
    for x, name in ((16.0, identity.previous.name), (104.0, identity.deal.inspector)):
        page.field(left + x + 4, c + 8, Value(pick(rng, ("同意", "同意更正", "拟同意"))))
        page.signature(left + x + 24, c + 18, name, 16)
        page.field(left + x + 26, y - 5, Value(chinese_date(identity.day), pt=10))
    page.note("approver", identity.deal.inspector)
    notes(
        page,
        left,
        y + 6,
        176,
        ("本表一式两份，一份存入机动车档案，一份由档案管理岗留存。", "重要事项更正须经主管领导批准。"),
    )
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-FM-08": (correction_approval, file_rebuilding, correction_request, correction_form_ruled),
}
