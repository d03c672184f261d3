"""驾驶考试成绩单 and records of the test itself, as systems print them and examiners fill them in.

Knows how these papers look. Knows what points a test costs, and no other rule of passing it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    Entry,
    barcode,
    digits,
    heading,
    notes,
    photo,
    pick,
    sheet,
    table,
)
from ocr.synthetic.layouts.prose import UNDERLINED, Part, prose
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Ticks, Value, dated

_SITES = ("示例市车辆管理所第一考场", "示例市演示区机动车驾驶人考试场", "虚构路道路考试路线")

_SUBJECTS: tuple[tuple[str, str, int], ...] = (
    ("科目一", "道路交通安全法律、法规和相关知识考试", 90),
    ("科目二", "场地驾驶技能考试", 80),
    ("科目三道路", "道路驾驶技能考试", 90),
    ("科目三安全文明", "安全文明驾驶常识考试", 90),
    ("满分考试", "满分学习道路交通安全法律、法规考试", 90),
    ("恢复资格考试", "恢复驾驶资格考试", 90),
)

_FAULTS = (
    ("30211", "起步未开启转向灯", 10),
    ("30206", "变更车道前未观察后方交通情况", 10),
    ("20107", "车身距离库边线不足", 10),
    ("30103", "换挡时低头看挡", 10),
    ("20201", "停止后车身距路边缘线超过30cm", 10),
)


def _exam(identity: Identity, rng: np.random.Generator, kinds: range = range(6)) -> dict[str, Value]:
    short, full, least = _SUBJECTS[int(rng.choice(list(kinds)))]
    step = 10 if short in ("科目二", "科目三道路") else 2
    room = (100 - least) // step
    lost = step * int(rng.integers(room + 1, room + 4) if rng.random() < 0.12 else rng.integers(0, room + 1))
    score = 100 - lost
    day = identity.deal.invoice_date
    return {
        "name": Value(identity.owner.name, "person_name", pt=11),
        "id": Value(identity.owner.id_number, "id_number", pt=10.5),
        "subject": Value(short, "subject", pt=10.5),
        "full": Value(full, pt=10),
        "class": Value(identity.licence.license_class),
        "day": dated(day, "exam_date", pick(rng, ("iso", "chinese"))),
        "score": Value(f"{score}分", "score", str(score), pt=11),
        "verdict": Value("合格" if score >= least else "不合格", pt=11),
        "examiner": Value(identity.deal.inspector, "examiner"),
        "site": Value(_SITES[2] if short == "科目三道路" else pick(rng, _SITES[:2]), "exam_site", pt=10),
        "permit": Value("31" + digits(rng, 10), pt=10.5),
    }


def _faults(exam: dict[str, Value], rng: np.random.Generator) -> list[tuple[str, str, int]]:
    """What the lost points were lost for; a test at a screen names none."""
    score = int(exam["score"].canonical or 0)
    count = 0 if score % 10 else (100 - score) // 10
    return [_FAULTS[int(i)] for i in rng.permutation(len(_FAULTS))[:count]]


def _signed(page: Page, x: float, y: float, identity: Identity, gap: float = 84) -> None:
    page.text(x, y, "考生签名：", 11)
    page.signature(x + 22, y, identity.owner.name)
    page.text(x + gap, y, "考试员签名：", 11)
    page.signature(x + gap + 26, y, identity.deal.inspector)
    page.note("signature_present", "true")
    page.note("examiner", identity.deal.inspector)


def exam_result_theory(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车驾驶人考试成绩单 of a test at a screen: photographs taken in the room, two attempts."""
    page = sheet("M-DR-07", dpi, rng)
    e = _exam(identity, rng, range(0, 6) if rng.random() < 0.4 else range(0, 4))
    x, y = rng.uniform(15, 21), rng.uniform(20, 32)
    width = 210 - 2 * x
    heading(
        page,
        y,
        (
            "机动车驾驶人考试成绩单",
            "考试成绩单",
            "机动车驾驶人科目考试成绩单",
            f"{e['subject'].text}考试成绩单",
        ),
        19,
    )
    page.text(
        x, y + 11, f"打印时间：{identity.day.isoformat()} {rng.integers(9, 17):02d}:{rng.integers(10, 60)}", 9
    )
    again = rng.random() < 0.3
    rows: list[list[Entry]] = [
        [("姓　名", e["name"]), ("准考证明编号", e["permit"])],
        [("身份证明号码", e["id"]), ("考试车型", e["class"])],
        [("考试科目", e["subject"]), ("考试日期", e["day"])],
        [("考试内容", e["full"]), ("考试原因", Value(pick(rng, ("初次申领", "增加准驾车型", "满分学习"))))],
        [
            ("第一次成绩", Value(f"{rng.integers(40, 88)}分　不合格") if again else e["score"]),
            ("第二次成绩", e["score"] if again else Value("——")),
        ],
        [("考试结论", e["verdict"]), ("考试员", e["examiner"])],
        [("考试地点", e["site"])],
    ]
    bottom = table(page, x, y + 16, width, rows, 28, rng.uniform(9, 12))
    count = int(rng.integers(2, 4))
    page.text(x, bottom + 7, "考试过程照片", 10)
    for index in range(count):
        left = x + index * (width / count)
        photo(page, identity.owner.id_number, (left + 6, bottom + 12, left + 36, bottom + 50))
        page.text(
            left + 21,
            bottom + 54,
            f"{10 + index}:{rng.integers(10, 60)}:{rng.integers(10, 60)}",
            8.5,
            anchor="mm",
        )
    _signed(page, x + 6, bottom + 68, identity)
    if rng.random() < 0.7:
        stamps.press_round(
            page, x + width - 36, bottom + 74, "示例市公安局交通警察支队车辆管理所", "考试专用章", 38
        )
    return page


def exam_result_practice(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """场地/道路驾驶技能考试成绩表: items, deductions with codes, both attempts, signatures."""
    page = sheet("M-DR-07", dpi, rng, hand=0.35, dots=0.15)
    e = _exam(identity, rng, range(1, 3))
    x, y = rng.uniform(14, 19), rng.uniform(18, 26)
    width = 210 - 2 * x
    heading(
        page,
        y,
        (f"{e['full'].text}成绩表", f"机动车驾驶人{e['full'].text}成绩单", "机动车驾驶人考试成绩表"),
        17,
    )
    rows: list[list[Entry]] = [
        [("考生姓名", e["name"]), ("身份证明号码", e["id"])],
        [("考试科目", e["subject"]), ("考试车型", e["class"])],
        [("准考证明编号", e["permit"]), ("考试车号牌", Value(identity.vehicle.plate_no[:6] + "学"))],
        [("考试日期", e["day"]), ("考试场地（路线）", e["site"])],
    ]
    bottom = table(page, x, y + 10, width, rows, 30, rng.uniform(8.6, 10))
    shares = [width * s for s in (0.12, 0.16, 0.46, 0.13, 0.13)]
    heads = ("次数", "代码", "扣分项目", "扣分", "考试员")
    lines: list[Row] = [(8.5, [(w, Label(c, 9.5)) for w, c in zip(shares, heads, strict=True)])]
    faults = _faults(e, rng)
    for index in range(int(rng.integers(5, 9))):
        code, name, points = faults[index] if index < len(faults) else ("", "", 0)
        first = Value("第一次" if index == 0 else "", pt=9)
        cells = (first, Value(code, pt=9), Value(name, pt=9), Value(str(points or ""), pt=9), None)
        lines.append((8.5, list(zip(shares, cells, strict=True))))
    bottom = page.grid(x, bottom + 3, lines)
    verdict = Ticks([("合格", e["verdict"].text == "合格"), ("不合格", e["verdict"].text != "合格")])
    closing_rows: list[list[Entry]] = [
        [("考试成绩", e["score"]), ("结论", verdict)],
        [("开始时间", Value(f"{rng.integers(9, 12)}时{rng.integers(10, 59)}分")), ("考试员", e["examiner"])],
    ]
    bottom = table(page, x, bottom + 3, width, closing_rows, 24, 10)
    _signed(page, x + 4, bottom + 13, identity)
    notes(
        page,
        x,
        bottom + 26,
        width,
        ("小型汽车科目二80分合格，科目三90分合格。", "考试不合格的，当场补考一次。"),
    )
    return page


def exam_track_report(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车驾驶人考试记录 printed by the road test system: summary, track of the car, photographs."""
    page = sheet("M-DR-07", dpi, rng)
    e = _exam(identity, rng, range(0, 5))
    x, width = 16.0, 178.0
    barcode(page, 140, 12, 54, 8, e["permit"].text)
    heading(page, 34, ("机动车驾驶人考试记录单", "驾驶人考试过程记录", "考试成绩单（系统打印）"), 19)
    left: tuple[Entry, ...] = (
        ("姓　名：", e["name"]),
        ("身份证号：", e["id"]),
        ("考试科目：", e["subject"]),
        ("考试车型：", e["class"]),
        ("考试日期：", e["day"]),
        ("考试地点：", e["site"]),
        ("考试员：", e["examiner"]),
    )
    for index, (caption, cell) in enumerate(left):
        page.text(x + 4, 48 + index * 9, caption, 11)
        if isinstance(cell, Value):
            page.field(x + 28, 48 + index * 9, cell)
    photo(page, identity.owner.id_number, (x + 142, 44, x + 174, 87))
    page.text(x + 4, 116, "得分", 12)
    page.field(x + 18, 116, Value(e["score"].text, "score", e["score"].canonical, pt=22))
    page.field(x + 56, 116, Value(e["verdict"].text, pt=18))
    page.box((x, 126, x + width, 206), 0.3, (130, 136, 142), (240, 244, 240))
    page.text(x + 3, 130, "考试轨迹", 9)
    course = np.cumsum(rng.normal(0, 0.22, 160))
    walk = np.cumsum(np.stack([np.cos(course), np.sin(course)], axis=1), axis=0)
    walk = (walk - walk.min(0)) / (np.ptp(walk, axis=0) + 1e-6) * [width - 24, 60] + [x + 12, 136]
    for first, second in pairwise(walk):
        page.line(float(first[0]), float(first[1]), float(second[0]), float(second[1]), 0.5, (36, 96, 180))
    rows: list[Row] = [(8, [(24, "时间"), (98, "评判项目"), (28, "扣分"), (28, "备注")])]
    for code, name, points in _faults(e, rng):
        stamp = f"{rng.integers(9, 16)}:{rng.integers(10, 60)}:{rng.integers(10, 60)}"
        rows.append(
            (
                8,
                [
                    (24, Value(stamp, pt=9)),
                    (98, Value(f"{code} {name}", pt=9)),
                    (28, Value(str(points), pt=9)),
                    (28, None),
                ],
            )
        )
    bottom = page.grid(x, 212, rows, 0.25)
    _signed(page, x + 4, bottom + 16, identity)
    return page


def exam_record_all(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """驾驶技能考试成绩 of one driver across the subjects, as a half sheet glued into the file."""
    page = sheet("M-DR-07", dpi, rng, (210, 148) if rng.random() < 0.5 else A4, hand=0.5)
    e = _exam(identity, rng, range(0, 6))
    y = 18.0 if page.height < 200 else rng.uniform(22, 60)
    page.title(y, pick(rng, ("驾驶人考试成绩登记表", "机动车驾驶证考试成绩记录")), 17, 1, role="hei_heavy")
    line: list[Part] = ["姓名", e["name"], "　身份证号码", e["id"], "　车型", e["class"]]
    y = prose(page, 16, y + 14, 180, line, 11, values=UNDERLINED, indent=False)
    shares = [32.0, 31.0, 17.0, 17.0, 55.0, 26.0]
    heads = ("考试科目", "考试日期", "成绩", "结论", "考试地点", "考试员")
    rows: list[Row] = [(9, [(w, Label(c, 10)) for w, c in zip(shares, heads, strict=True)])]
    filled = (e["subject"], e["day"], e["score"], e["verdict"], e["site"], e["examiner"])
    rows.append((15, list(zip(shares, filled, strict=True))))
    for _ in range(3):
        rows.append((15, [(w, None) for w in shares]))
    bottom = page.grid(16, y, rows)
    page.text(18, bottom + 8, "备注：", 10)
    stamps.press_square(page, 178, bottom + 12, "示例市车管所考试科", 17)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-DR-07": (
        exam_result_theory,
        exam_result_practice,
        exam_track_report,
        exam_record_all,
    ),
}
