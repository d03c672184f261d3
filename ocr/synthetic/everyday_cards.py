"""Cards, booklets and certificates with a portrait or a seal that other offices and firms give to persons, near our
identity papers and licences on purpose. Nothing is trained on them.

Knows what such papers say and how they are set. Knows no scanner and no real paper.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import Entry, digits, photo, pick, sheet, table
from ocr.synthetic.layouts.security_print import ornate_frame
from ocr.synthetic.page import A4, Layout, Page, Value
from ocr.synthetic.style import Ink

_UNKNOWN = "M-OT-99"
_EMPLOYERS = ("示例市假想商贸有限公司", "演示区样本物流有限公司", "示例市虚构科技股份有限公司")
_TINTS: tuple[Ink, ...] = ((150, 60, 60), (50, 100, 150), (60, 120, 90), (120, 100, 60))


def work_badge(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A badge from a lanyard with portrait, name and post; its holder's slot above; alone or on a sheet."""
    small = rng.random() < 0.5
    page, tint = sheet(_UNKNOWN, dpi, rng, (70.0, 105.0) if small else A4), pick(rng, _TINTS)
    left, top = (0.0, 0.0) if small else (float(rng.uniform(10, 120)), float(rng.uniform(15, 160)))
    page.box((left + 2, top + 2, left + 68, top + 103), 0.4, (170, 170, 170), (255, 255, 255), 3)
    page.box((left + 2, top + 2, left + 68, top + 26), 0, fill=tint, radius=3)
    page.box((left + 28, top + 5, left + 42, top + 9), 0, fill=(235, 235, 235), radius=2)
    page.text(left + 35, top + 18, pick(rng, _EMPLOYERS)[:11], 11, "hei_heavy", (255, 255, 255), "mm")
    photo(page, identity.owner.id_number, (left + 21, top + 30, left + 49, top + 67))
    page.text(
        left + 35, top + 73, pick(rng, ("工作证", "员工证", "出入证", "参会证")), 15, "hei_heavy", tint, "mm"
    )
    rows = (
        ("姓名", identity.owner.name),
        ("部门", pick(rng, ("行政部", "生产一部", "车队", "客服中心"))),
        ("工号", digits(rng, 5)),
    )
    for index, (label, said) in enumerate(rows):
        page.text(left + 12, top + 82 + 7 * index, f"{label}：{said}", 11)
    return page


def disability_card(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """残疾人证 and its like (退休证, 优抚对象医疗证): a booklet's pages with portrait, particulars and a seal."""
    page, owner = sheet(_UNKNOWN, dpi, rng, (148.0, 105.0) if rng.random() < 0.6 else A4), identity.owner
    top = 0.0 if page.height < 120 else float(rng.uniform(15, 150))
    name = pick(rng, ("中华人民共和国残疾人证", "退休证", "优抚对象医疗证"))
    page.line(74, top + 2, 74, top + 103, 0.4, (180, 180, 180))
    page.text(37, top + 12, name, 12 if len(name) < 10 else 10, "song_heavy", anchor="mm")
    photo(page, owner.id_number, (22, top + 20, 52, top + 60))
    page.text(37, top + 70, "发证机关（盖章）", 9.5, anchor="mm")
    stamps.press_round(
        page,
        48,
        top + 62,
        pick(rng, ("示例市残疾人联合会", "演示区民政局", "示例市人力资源和社会保障局")),
        "",
        30,
    )
    rows = (
        ("姓　名", owner.name),
        ("性　别", owner.gender),
        ("出生年月", f"{owner.birth_date:%Y年%m月}"),
        ("住　址", owner.address[:12]),
        ("证　号", f"{owner.id_number}{rng.integers(11, 74)}"),
        ("类别等级", pick(rng, ("肢体　三级", "听力　二级", "无", "视力　四级"))),
        ("签发日期", f"{identity.day - timedelta(days=900):%Y年%m月%d日}"),
    )
    for index, (label, said) in enumerate(rows):
        page.text(79, top + 14 + 12 * index, label, 9.5)
        page.field(97, top + 14 + 12 * index, Value(said, pt=9.5))
        page.line(96, top + 18 + 12 * index, 144, top + 18 + 12 * index, 0.15)
    return page


def blood_donation(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """无偿献血证: an ornamented certificate and, below it, a table of dates and volumes."""
    page = sheet(_UNKNOWN, dpi, rng, (148.0, 210.0), 0.4, 0.2, (255, 248, 246))
    ornate_frame(page, (6, 6, 142, 204), (180, 50, 60))
    page.title(28, pick(rng, ("无偿献血证", "献血光荣证", "造血干细胞捐献志愿者证")), 24, 2, (180, 30, 40))
    owner = identity.owner
    y = page.flow(
        22,
        48,
        104,
        f"　　{owner.name}同志：感谢您参加无偿献血，您的爱心为他人带来生的希望。特发此证，以资纪念。",
        12.5,
    )
    rows: list[list[Entry]] = [
        [("姓名", Value(owner.name)), ("性别", Value(owner.gender))],
        [("血型", Value(pick(rng, ("A型", "B型", "O型", "AB型")))), ("Rh", Value("阳性"))],
        [("身份证号", Value(owner.id_number))],
    ]
    y = table(page, 18, y + 8, 112, rows, 22, 9) + 6
    for _ in range(int(rng.integers(1, 5))):
        day = identity.day - timedelta(days=int(rng.integers(200, 3000)))
        given = f"{day:%Y.%m.%d}　{pick(rng, ('全血 200ml', '全血 400ml', '血小板 1单位'))}"
        y = page.grid(18, y, [(8, [(78, Value(given, pt=10)), (34, Value("示例血液中心", pt=9))])])
    stamps.press_round(page, 104, 178, "示例市血液中心", "献血专用章", 34)
    return page


CALIBRATED: dict[str, Layout] = {"work_badge": work_badge, "disability_card": disability_card}
MEASURED: dict[str, Layout] = {"blood_donation": blood_donation}
