"""Further editions of 机动车驾驶人身体条件证明: booklet form, a special hospital's, one filed over the net.

Knows how these papers look. Knows no medicine and no limits of fitness to drive.
"""

from __future__ import annotations

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    Entry,
    barcode,
    closing,
    digits,
    heading,
    notes,
    photo,
    pick,
    plain_date,
    sheet,
    table,
)
from ocr.synthetic.page import Cell, Layout, Page, Ticks, Value, dated

_ILLNESSES = (
    "器质性心脏病",
    "癫痫",
    "美尼尔氏症",
    "眩晕",
    "癔病",
    "震颤麻痹",
    "精神病",
    "痴呆",
    "影响肢体活动的神经系统疾病等妨碍安全驾驶疾病",
)


def _health(identity: Identity, rng: np.random.Generator) -> dict[str, Value]:
    owner, licence = identity.owner, identity.licence
    height = str(int(rng.integers(152, 190)))
    left, right = (f"{v / 10:.1f}" for v in rng.integers(48, 54, 2))
    return {
        "name": Value(owner.name, "person_name", pt=11.5),
        "gender": Value(owner.gender),
        "birth": dated(owner.birth_date, None, "iso"),
        "id": Value(owner.id_number, "id_number", pt=10.5),
        "class": Value(licence.license_class, "license_class", pt=12),
        "file": Value(licence.file_no),
        "height": Value(height + pick(rng, ("cm", " cm", "厘米")), "height", height),
        "left": Value(left, "vision_left"),
        "right": Value(right, "vision_right"),
        "colour": Value(pick(rng, ("正常", "无红绿色盲", "正常（无红绿色盲）")), "color_vision"),
        "hearing": Value(pick(rng, ("正常", "两耳分别距音叉50厘米能辨别声源方向")), "hearing", pt=9.5),
        "limbs": Value(pick(rng, ("正常", "合格", "运动功能正常")), "limbs"),
        "hospital": Value(identity.deal.hospital, "hospital"),
        "doctor": Value(identity.deal.clerk, "doctor"),
        "day": dated(identity.deal.invoice_date, "exam_date"),
    }


def medical_certificate_declared(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The two-part edition: 申请人填报事项 with illnesses to tick, 医疗机构填写事项, then the photograph's place."""
    page = sheet("M-DR-02", dpi, rng, hand=0.5)
    v = _health(identity, rng)
    x, y = rng.uniform(13, 18), rng.uniform(17, 26)
    width, h = 210 - 2 * x, rng.uniform(9, 10.5)
    heading(page, y, ("机动车驾驶人身体条件证明", "机动车驾驶人身体条件证明表", "身体条件证明"), 19)
    page.text(x, y + 10, "档案编号：", 9.5)
    page.field(x + 18, y + 10, v["file"])
    inner = width - 10
    top = y + 15
    own: list[list[Entry]] = [
        [("姓名", v["name"]), ("性别", v["gender"]), ("出生日期", v["birth"])],
        [("身份证明名称", Value("居民身份证", pt=10)), ("号码", v["id"])],
        [("住址", Value(identity.owner.address, pt=9.5)), ("联系电话", Value(identity.owner.phone))],
    ]
    fill = table(page, x + 10, top, inner - 32, own, 19, h)
    photo(page, identity.owner.id_number, (x + width - 27, top + 0.8, x + width - 6, fill - 0.8))
    page.note("photo_present", "true")
    page.box((x + width - 32, top, x + width, fill))
    declared = Ticks([(name, False) for name in _ILLNESSES] + [("无上述疾病或情况", True)], 9)
    rows: list[list[Entry]] = [
        [("申请/已具有的\n准驾车型代号", v["class"])],
        [("申告事项", declared)],
        [("", None)],
    ]
    bottom = table(page, x + 10, fill, inner, rows, 30, h, {1: 32, 2: 17})
    page.text(
        x + 14, bottom - 11.5, "上述申告为本人真实情况和真实意思表示，如不属实本人自愿承担相应的法律责任。", 9
    )
    page.text(x + 14, bottom - 4.5, "申请人签名：", 10)
    page.signature(x + 36, bottom - 4.5, identity.owner.name, 14)
    page.side((x, top, x + 10, bottom), "申请人填报事项")
    top = bottom
    checked: list[list[Entry]] = [
        [("身高", v["height"]), ("辨色力", v["colour"])],
        [("左眼视力", v["left"]), ("右眼视力", v["right"])],
        [
            ("左眼矫正", Ticks([("是", False), ("否", True)])),
            ("右眼矫正", Ticks([("是", False), ("否", True)])),
        ],
        [("听力", v["hearing"]), ("躯干和颈部", Ticks([("正常", True), ("异常", False)]))],
        [("四肢", v["limbs"]), ("上肢手指", Ticks([("健全", True), ("缺损", False)]))],
    ]
    bottom = table(page, x + 10, top, inner, checked, 22, h)
    sealing = bottom
    bottom = page.grid(x + 10, bottom, [(38, [(inner, None)])])
    page.side((x, top, x + 10, bottom), "医疗机构填写事项")
    page.text(x + 14, sealing + 8, "医疗机构：", 10.5)
    page.field(x + 34, sealing + 8, v["hospital"])
    page.text(x + 14, sealing + 20, "医生签名：", 10.5)
    page.signature(x + 34, sealing + 20, identity.deal.clerk, 14)
    page.note("doctor", identity.deal.clerk)
    page.text(x + 14, sealing + 31, "检查日期：", 10.5)
    page.field(x + 34, sealing + 31, v["day"])
    stamps.press_round(
        page, x + width - 48, sealing + 19, v["hospital"].text, pick(rng, ("体检专用章", "")), 38
    )
    page.note("seal_present", "true")
    notes(
        page,
        x,
        bottom + 6,
        width,
        ("有效期六个月。", "本证明由县级、部队团级以上医疗机构出具。")[: int(rng.integers(1, 3))],
    )
    return page


def medical_certificate_special(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The special hospital's certificate for a disabled driver: report-like, findings as numbered lines."""
    page = sheet("M-DR-02", dpi, rng, hand=0.3)
    v = _health(identity, rng)
    page.title(22, v["hospital"].text, 16, 1)
    heading(page, 33, ("机动车驾驶人身体条件证明", "残疾人驾驶小型汽车身体条件证明"), 19)
    page.text(20, 44, "（专门医疗机构出具）", 10)
    page.text(190, 44, f"体检编号：TJ{identity.day:%y%m}{digits(rng, 5)}", 10, anchor="rm")
    page.line(18, 48, 192, 48, 0.5)
    photo(page, identity.owner.id_number, (160, 53, 188, 92))
    page.note("photo_present", "true")
    lines: tuple[Entry, ...] = (
        ("姓　　名", v["name"]),
        ("性　　别", v["gender"]),
        ("身份证号码", v["id"]),
        ("申请准驾车型", v["class"]),
    )
    for index, (caption, cell) in enumerate(lines):
        page.text(24, 57 + index * 10.5, caption + "：", 12)
        if isinstance(cell, Value):
            page.field(56, 57 + index * 10.5, cell)
        page.line(54, 60.4 + index * 10.5, 140, 60.4 + index * 10.5, 0.15)
    page.text(24, 104, "检查所见", 13, "hei_heavy")
    findings: tuple[tuple[str, Value, str, Value | None], ...] = (
        ("1．身　高", v["height"], "2．辨色力", v["colour"]),
        ("3．左眼视力", v["left"], "4．右眼视力", v["right"]),
        ("5．听　力", v["hearing"], "6．躯干颈部", Value("无运动功能障碍", pt=10)),
        (
            "7．四　肢",
            v["limbs"],
            "8．手　部",
            Value(pick(rng, ("手指健全", "左手掌健全，五指能握持方向盘")), pt=9.5),
        ),
    )
    for index, (first, one, second, other) in enumerate(findings):
        y = 115 + index * 12
        page.text(24, y, first, 11.5)
        page.value((50, y - 5, 108, y + 5), one)
        page.text(110, y, second, 11.5)
        if other:
            page.value((138, y - 5, 190, y + 5), other)
        page.line(22, y + 6, 188, y + 6, 0.12)
    page.text(24, 170, "检查结论", 13, "hei_heavy")
    page.flow(24, 180, 160, "　　经检查，申请人具备自主驾驶能力，身体条件符合申请准驾车型的规定。", 12)
    page.text(24, 206, "检查医师：", 11.5)
    page.signature(48, 206, identity.deal.clerk)
    page.note("doctor", identity.deal.clerk)
    day = Value(
        plain_date(identity.deal.invoice_date).text,
        "exam_date",
        identity.deal.invoice_date.isoformat(),
        pt=12,
    )
    closing(page, 146, 210, Value(v["hospital"].text, "hospital", pt=12), day, "", 42)
    page.note("seal_present", "true")
    notes(page, 20, 268, 170, ("本证明自检查之日起六个月内有效。",), 9)
    return page


def medical_certificate_online(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The print of a certificate sent by the hospital over the net: shaded labels, bar code, electronic seal."""
    page = sheet("M-DR-02", dpi, rng)
    v = _health(identity, rng)
    teal = (20, 104, 116)
    barcode(page, 18, 14, 58, 9, "31" + digits(rng, 12))
    page.text(192, 20, "医疗机构网上传输打印件", 9, "hei", anchor="rm", ink=teal)
    heading(page, 40, ("机动车驾驶人身体条件证明", "驾驶人身体条件证明（网上申报）"), 21, teal)
    page.line(18, 48, 192, 48, 0.8, teal)

    def shaded(rows: list[list[Entry]], y: float, width: float) -> float:
        """A table whose label cells carry a tint."""
        share_rows = [[(name, cell) for name, cell in entries] for entries in rows]
        for index, entries in enumerate(share_rows):
            share = width / len(entries)
            for place in range(len(entries)):
                left = 18 + place * share
                page.box((left, y + index * 11, left + 27, y + index * 11 + 11), mm=0, fill=(226, 240, 242))
        return table(page, 18, y, width, share_rows, 27, 11, border=0.25)

    cells: dict[str, Cell] = dict(v)
    bottom = shaded(
        [
            [("姓名", cells["name"]), ("性别", cells["gender"])],
            [("出生日期", cells["birth"]), ("国籍", Value("中国"))],
            [("证件号码", cells["id"])],
            [("准驾车型", cells["class"]), ("档案编号", cells["file"])],
        ],
        54,
        140,
    )
    photo(page, identity.owner.id_number, (162, 54, 192, 54 + 40))
    page.note("photo_present", "true")
    bottom = shaded(
        [
            [("身高", cells["height"]), ("辨色力", cells["colour"])],
            [("左眼视力", cells["left"]), ("右眼视力", cells["right"])],
            [("听力", cells["hearing"]), ("四肢躯干", cells["limbs"])],
            [("有无申告疾病", Value("无")), ("体检结论", Value("合格"))],
            [("医疗机构", cells["hospital"])],
            [("体检医师", cells["doctor"]), ("体检日期", cells["day"])],
        ],
        bottom + 6,
        174,
    )
    text = "本人已如实申告，未患有妨碍安全驾驶的疾病，未有吸食毒品等不得申请驾驶证的情形。"
    page.flow(20, bottom + 9, 168, text, 10.5)
    page.text(20, bottom + 26, "本人签名（电子）：", 10.5)
    page.signature(52, bottom + 26, identity.owner.name)
    page.paste(figures.square_code(rng), (22, bottom + 36, 48, bottom + 62))
    stamps.press_round(page, 152, bottom + 40, v["hospital"].text, "体检专用章", 40)
    page.note("seal_present", "true")
    page.text(152, bottom + 66, "（电子印章）", 9, anchor="mm")
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-DR-02": (medical_certificate_declared, medical_certificate_special, medical_certificate_online),
}
