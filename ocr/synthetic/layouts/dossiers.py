"""What holds a dossier together: 档案袋 and its cover, 卷内目录, and a 告知承诺书.

Knows how these papers look. Knows no rules of filing; what a table of contents lists is invented.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    SERIAL_RED,
    Entry,
    barcode,
    heading,
    pick,
    plain_date,
    sheet,
    table,
)
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Ticks, Value, dated
from ocr.synthetic.style import Ink

_PAPERS = (
    "机动车注册、转移、注销登记/转入申请表",
    "机动车查验记录表",
    "居民身份证复印件",
    "机动车销售统一发票",
    "机动车整车出厂合格证",
    "车辆购置税完税证明",
    "机动车交通事故责任强制保险单",
    "机动车行驶证",
    "车辆识别代号拓印膜",
    "机动车标准照片",
    "机动车安全技术检验报告",
    "委托书",
)
_DRIVER_PAPERS = (
    "机动车驾驶证申请表",
    "机动车驾驶人身体条件证明",
    "居民身份证复印件",
    "驾驶证证件照片",
    "机动车驾驶人考试成绩单",
    "学习驾驶证明",
    "机动车驾驶员培训记录",
    "机动车驾驶证遗失声明",
    "机动车驾驶证（原证）",
    "审验教育凭证",
    "委托书",
)
_KRAFT: tuple[Ink, ...] = ((214, 184, 140), (204, 170, 122), (222, 196, 156))


def _dossier(identity: Identity) -> tuple[bool, Value]:
    """Whether it is a driver's, and its number."""
    driver = identity.item.startswith("D-")
    number = identity.licence.file_no if driver else identity.vehicle.license_chip_no
    return driver, Value(number, "dossier_no", pt=15)


def dossier_cover(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车档案 or 驾驶人档案: the printed cover of the file, large title, ruled lines, bar code."""
    page = sheet("M-OT-01", dpi, rng, hand=0.45, paper=pick(rng, (*_KRAFT, (255, 255, 255), (250, 250, 246))))
    driver, number = _dossier(identity)
    y = rng.uniform(44, 74)
    if rng.random() < 0.5:
        page.title(y - 18, pick(rng, ("示例市公安局交通警察支队", "示例市公安局车辆管理所")), 16, 1)
    names = ("机动车驾驶人档案", "驾驶人档案") if driver else ("机动车档案", "机动车档案（封面）")
    heading(page, y, names, 34, SERIAL_RED if rng.random() < 0.25 else None)
    owner, vehicle = identity.owner, identity.vehicle
    lines: list[tuple[str, Value]] = [
        ("档案编号", number),
        ("驾驶人姓名" if driver else "机动车所有人", Value(owner.name, "owner_name", pt=15)),
        ("身份证明号码", Value(owner.id_number, pt=14)),
    ]
    if driver:
        lines.append(("准驾车型", Value(identity.licence.license_class, pt=15)))
    else:
        lines += [
            ("号牌号码", Value(vehicle.plate_no, "plate_no", pt=15)),
            ("车辆类型", Value("小型轿车", pt=14)),
        ]
    lines += [
        ("业务流水号", Value(identity.transaction_number, "lsh", pt=14)),
        ("归档日期", dated(identity.day, "sign_date", pt=14)),
        ("保管期限", Value(pick(rng, ("长期", "永久", "二年")), pt=14)),
    ]
    gap, left = rng.uniform(15, 19), rng.uniform(36, 46)
    for index, (caption, value) in enumerate(lines):
        top = y + 36 + index * gap
        page.text(left, top, caption + "：", 15)
        page.field(left + 44, top, value)
        page.line(left + 42, top + 4, 176, top + 4, 0.25)
    if rng.random() < 0.6:
        barcode(page, 66, 268, 78, 12, number.text)
    return page


def contents_list(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """卷内目录: numbered papers with page numbers and dates, empty lines at the end."""
    page = sheet("M-OT-01", dpi, rng, hand=0.5)
    driver, number = _dossier(identity)
    x, y = rng.uniform(15, 22), rng.uniform(20, 32)
    width, h = 210 - 2 * x, rng.uniform(9.5, 12)
    heading(page, y, ("卷内目录", "卷 内 文 件 目 录", "档案卷内目录"), 21)
    page.text(x, y + 13, "档案编号：", 10.5)
    page.field(x + 20, y + 13, Value(number.text, "dossier_no"))
    page.text(x + 74, y + 13, "驾驶人：" if driver else "号牌号码：", 10.5)
    other = (
        Value(identity.owner.name, "owner_name") if driver else Value(identity.vehicle.plate_no, "plate_no")
    )
    page.field(x + 95, y + 13, other)
    page.text(x + 122, y + 13, "流水号：", 10.5)
    page.field(x + 138, y + 13, Value(identity.transaction_number, "lsh", pt=10))
    columns = (("顺序号", 0.1), ("材料名称", 0.48), ("日期", 0.17), ("页次", 0.1), ("备注", 0.15))
    shares = [width * share for _, share in columns]
    rows: list[Row] = [(h, [(w, Label(name, 10.5)) for w, (name, _) in zip(shares, columns, strict=True)])]
    papers = _DRIVER_PAPERS if driver else _PAPERS
    later = rng.permutation(np.arange(1, len(papers)))[: int(rng.integers(4, 11))]
    names = [papers[0]] + [papers[int(i)] for i in later]
    leaf = 1
    for index in range(int((270 - y - 20) / h)):
        cells: list[Value | None] = [None] * 5
        if index < len(names):
            filled = Value(str(leaf), align="center")
            cells = [
                Value(str(index + 1), align="center"),
                Value(names[index], pt=10),
                dated(identity.day, None, "dots", pt=9.5),
                filled,
                None,
            ]
            leaf += int(rng.integers(1, 3))
        rows.append((h, list(zip(shares, cells, strict=True))))
    page.grid(x, y + 19, rows)
    return page


def pledge_table(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车业务告知承诺书 as a framed form: applicant, 告知 and 承诺 parts side-headed, ticks, signature."""
    page = sheet("M-OT-01", dpi, rng, hand=0.3)
    owner, vehicle = identity.owner, identity.vehicle
    heading(page, 24, ("证明事项告知承诺书", "机动车登记业务告知承诺书", "告知承诺书"), 20)
    rows: list[list[Entry]] = [
        [("申请人", Value(owner.name, "owner_name")), ("联系电话", Value(owner.phone))],
        [("身份证号码", Value(owner.id_number, pt=10)), ("号牌号码", Value(vehicle.plate_no, "plate_no"))],
        [("业务流水号", Value(identity.transaction_number, "lsh", pt=10)), ("代理人", Value("/"))],
        [
            (
                "承诺事项",
                Ticks(
                    [
                        ("住所地址", True),
                        ("居住证明", False),
                        ("机动车来历", False),
                        ("票据遗失", rng.random() < 0.5),
                    ]
                ),
            )
        ],
    ]
    bottom = table(page, 18, 36, 174, rows, 26, 11)

    def block(lines: tuple[str, ...], height: float) -> None:
        nonlocal bottom
        page.box((18, bottom, 192, bottom + height))
        y = bottom + 9
        for line in lines:
            y = page.flow(34, y, 152, line, 11, leading=1.6)
        bottom += height

    top = bottom
    block(
        (
            "一、申请人承诺已符合告知的条件、要求，并愿意承担不实承诺的法律责任的，可以不再提交相关证明。",
            "二、作出不实承诺的，行政机关依法撤销登记，并将失信信息记入信用记录。",
            "三、机动车所有人的住所地址应当与居民身份证记载一致。",
        ),
        rng.uniform(38, 48),
    )
    page.side((18, top, 30, bottom), "行政机关告知")
    top = bottom
    block(
        (
            "（一）所填写的基本信息真实、准确；",
            "（二）已经知晓告知的全部内容；",
            "（三）自身能够满足告知的条件和要求；",
            "（四）上述陈述是申请人的真实意思表示。",
        ),
        rng.uniform(34, 42),
    )
    page.side((18, top, 30, bottom), "申请人承诺")
    page.text(96, bottom + 14, "申请人（签名）：", 11.5)
    page.signature(130, bottom + 14, owner.name)
    page.field(130, bottom + 26, plain_date(identity.day, "sign_date", 11.5))
    page.text(20, bottom + 26, "（本文书一式两份）", 9.5)
    return page


def dossier_bag(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A kraft paper bag (档案袋): red print, string buttons, a contents table filled in by hand or a label."""
    page = sheet(
        "M-OT-01", dpi, rng, (240, 330) if rng.random() < 0.5 else A4, hand=0.7, paper=pick(rng, _KRAFT)
    )
    driver, number = _dossier(identity)
    wide, high = page.width, page.height
    red = pick(rng, ((178, 40, 36), (60, 40, 34)))
    coarse = rng.normal(0, 6, (page.image.height // 2, page.image.width // 2)).astype(np.float32)
    fibres = cv2.resize(coarse, page.image.size)[..., None]
    mottled = np.clip(np.asarray(page.image, np.float32) + fibres, 0, 255).astype(np.uint8)
    page.image.paste(Image.fromarray(mottled))
    page.line(0, high * 0.1, wide, high * 0.1, 0.4, (160, 130, 92))
    for y in (high * 0.06, high * 0.15):
        middle = wide / 2
        page.pen.ellipse([page.px(v) for v in (middle - 7, y - 7, middle + 7, y + 7)], fill=(150, 44, 40))
        page.pen.ellipse([page.px(v) for v in (middle - 2, y - 2, middle + 2, y + 2)], fill=(214, 206, 190))
    page.title(high * 0.27, pick(rng, ("档　案　袋", "档案袋", "机动车档案袋")), 46, 4, red, "song_heavy")
    owner = identity.owner
    entries: list[tuple[str, Value]] = [
        ("编　号", Value(number.text, "dossier_no", pt=16)),
        ("姓　名", Value(owner.name, "owner_name", pt=17)),
        ("类　别", Value("驾驶人档案" if driver else "机动车档案", pt=15)),
        ("流水号", Value(identity.transaction_number, "lsh", pt=14)),
    ]
    if not driver:
        entries.insert(1, ("车　号", Value(identity.vehicle.plate_no, "plate_no", pt=17)))
    for index, (caption, value) in enumerate(entries):
        y = high * 0.38 + index * 16
        page.text(wide * 0.24, y, caption, 17, ink=red)
        page.field(wide * 0.24 + 34, y, value)
        page.line(wide * 0.24 + 30, y + 5, wide * 0.8, y + 5, 0.4, red)
    page.field(wide * 0.5, high * 0.72, plain_date(identity.day, "sign_date", 15), "mm")
    if rng.random() < 0.6:
        left, top = wide * 0.56, high * 0.8
        page.box((left, top, left + 74, top + 28), 0.2, fill=(252, 252, 250))
        barcode(page, left + 6, top + 5, 62, 13, identity.transaction_number)
    page.title(high * 0.93, "示例市公安局车辆管理所", 15, 2, red)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-OT-01": (dossier_cover, contents_list, pledge_table, dossier_bag),
}
