"""Records of a learner and driver: 学习驾驶证明, 培训记录, 审验与满分教育凭证, 延期事由证明.

Knows how these papers look. Knows no rules of hours or of points.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    SERIAL_RED,
    Entry,
    closing,
    digits,
    heading,
    notes,
    photo,
    pick,
    plain_date,
    serial,
    sheet,
    table,
)
from ocr.synthetic.layouts.prose import UNDERLINED, WRITTEN, Part, prose
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Ticks, Value, dated

_SCHOOLS = (
    "示例市安顺机动车驾驶员培训有限公司",
    "示例市演示驾驶员培训学校",
    "样本驾校（示例）有限公司",
    "演示区通达机动车驾驶培训中心",
)


def learner_permit(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """学习驾驶证明: the pink or white slip with photograph, class and lessons, on a sheet or alone."""
    alone = rng.random() < 0.4
    page = sheet("M-DR-04", dpi, rng, (150, 110) if alone else A4)
    owner, licence = identity.owner, identity.licence
    x, y = (6.0, 5.0) if alone else (rng.uniform(18, 50), rng.uniform(16, 120))
    paper = pick(rng, ((255, 255, 255), (253, 240, 240), (244, 250, 244)))
    page.box((x, y, x + 138, y + 100), 0.5, fill=paper)
    page.title(y + 11, pick(rng, ("学习驾驶证明", "机动车学习驾驶证明")), 18, 2, x=x + 69)
    page.text(x + 6, y + 22, pick(rng, ("证号", "学习驾驶证明编号")), 9.5)
    page.text(x + 38, y + 22, owner.id_number, 10.5, "latin")
    valid = identity.day.replace(day=1, year=identity.day.year + 3)
    entries: tuple[Entry, ...] = (
        ("姓　　名", Value(owner.name, "person_name")),
        ("身份证明号码", Value(owner.id_number, "id_number", pt=10)),
        ("性　　别", Value(owner.gender)),
        ("准驾车型", Value(licence.license_class, "license_class", pt=12)),
        ("发证日期", dated(identity.day, "issue_date", "iso")),
        ("有效期至", dated(valid, None, "iso")),
    )
    bottom = table(page, x + 5, y + 27, 96, [[entry] for entry in entries], 30, 8.6)
    photo(page, identity.owner.id_number, (x + 105, y + 27, x + 132, y + 64))
    if rng.random() < 0.6:
        page.paste(figures.square_code(rng), (x + 108, y + 70, x + 130, y + 92))
    else:
        stamps.press_round(page, x + 116, y + 78, "示例市公安局交通警察支队", "", 28)
    page.flow(
        x + 6, bottom + 5, 98, "学习驾驶时应当随身携带本证明，在教练员随车指导下按指定路线、时间进行。", 8
    )
    page.text(x + 6, bottom + 17, "随车教练员：" + identity.deal.inspector, 9)
    return page


def training_record(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车驾驶员培训记录: particulars, then hours of each part with signatures of learner and coach."""
    page = sheet("M-DR-04", dpi, rng, hand=0.4)
    owner, licence, school = identity.owner, identity.licence, pick(rng, _SCHOOLS)
    x, y = rng.uniform(15, 20), rng.uniform(20, 28)
    width = 210 - 2 * x
    heading(page, y, ("机动车驾驶员培训记录", "机动车驾驶培训记录", "驾驶培训记录"), 19)
    page.text(x, y + 11, "培训机构：", 10.5)
    page.field(x + 20, y + 11, Value(school, "school_name"))
    rows: list[list[Entry]] = [
        [("姓　名", Value(owner.name, "person_name")), ("性　别", Value(owner.gender))],
        [
            ("身份证号", Value(owner.id_number, "id_number", pt=10)),
            ("培训车型", Value(licence.license_class, "license_class")),
        ],
        [
            ("学员编号", Value(digits(rng, 12))),
            ("入学日期", dated(identity.deal.invoice_date - timedelta(days=90), None)),
        ],
    ]
    bottom = table(page, x, y + 16, width - 32, rows, 20, 12)
    photo(page, identity.owner.id_number, (x + width - 29, y + 16, x + width - 3, y + 52))
    hours = [int(v) for v in rng.integers(10, 25, 4)]
    shares = [width * s for s in (0.30, 0.12, 0.18, 0.2, 0.2)]
    head = ("培训内容", "学时", "考核日期", "学员签字", "教练员签字")
    lines: list[Row] = [(9, [(w, Label(c, 10)) for w, c in zip(shares, head, strict=True)])]
    parts = (
        "第一部分 道路交通安全法律、法规",
        "第二部分 基础和场地驾驶",
        "第三部分 道路驾驶",
        "第四部分 安全文明驾驶常识",
    )
    for index, (part, count) in enumerate(zip(parts, hours, strict=True)):
        day = identity.deal.invoice_date - timedelta(days=70 - index * 18)
        lines.append(
            (
                13,
                [
                    (shares[0], Label(part, 9.5, "left")),
                    (shares[1], Value(str(count))),
                    (shares[2], dated(day, None, "iso", pt=9)),
                    (shares[3], None),
                    (shares[4], None),
                ],
            )
        )
    total = Value(f"{sum(hours)}学时", "train_hours", str(sum(hours)))
    lines.append((10, [(shares[0], "合计"), (width - shares[0], total)]))
    table_top = bottom + 6
    bottom = page.grid(x, table_top, lines)
    for index in range(4):
        middle = table_top + 9 + 13 * index + 6.5
        page.signature(x + sum(shares[:3]) + 4, middle, owner.name, 13)
        page.signature(x + sum(shares[:4]) + 4, middle, identity.deal.inspector, 13)
    bottom = page.grid(x, bottom + 5, [(44, [(24, "培训机构\n审核意见"), (width - 24, None)])])
    page.text(x + 28, bottom - 37, "该学员已完成培训大纲规定的学时和内容，结业考核合格，准予结业。", 11)
    issued = dated(identity.day, "issue_date", "chinese", pt=10.5)
    closing(page, x + width - 42, bottom - 15, Value(school, pt=10.5), issued, "培训专用章", 36)
    notes(page, x, bottom + 6, width, ("本记录一式两份，培训机构、公安机关交通管理部门各执一份。",))
    return page


def graduation_certificate(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车驾驶员培训结业证书: an opened booklet, photograph left, text right."""
    page = sheet("M-DR-04", dpi, rng, (257, 182) if rng.random() < 0.6 else (297, 210), paper=(252, 248, 236))
    owner, licence, school = identity.owner, identity.licence, pick(rng, _SCHOOLS)
    half, high = page.width / 2, page.height
    page.box((7, 7, page.width - 7, high - 7), 0.9, (170, 50, 46))
    page.line(half, 7, half, high - 7, 0.2, (214, 206, 190))
    photo(page, identity.owner.id_number, (half / 2 - 17, 40, half / 2 + 17, 86))
    stamps.press_round(page, half / 2 + 14, 84, school, "", 34)
    page.text(half / 2, 106, "证书编号", 11, anchor="mm")
    page.text(half / 2, 116, f"JX31{identity.day:%Y}{digits(rng, 6)}", 12, "latin", anchor="mm")
    page.title(34, pick(rng, ("结　业　证　书", "培训结业证书", "结业证明")), 26, 1, SERIAL_RED, x=half * 1.5)
    hours = int(rng.integers(58, 80))
    parts: list[Part] = [
        "学员",
        Value(owner.name, "person_name"),
        f"，{owner.gender}，身份证号码",
        Value(owner.id_number, "id_number"),
        "，于",
        plain_date(identity.deal.invoice_date - timedelta(days=60)),
        "至",
        plain_date(identity.deal.invoice_date),
        "在本校参加",
        Value(licence.license_class, "license_class"),
        "车型机动车驾驶员培训，完成全部",
        Value(str(hours), "train_hours"),
        "学时，经结业考核成绩合格，准予结业。",
    ]
    y = prose(page, half + 14, 54, half - 30, parts, 12.5, 1.85, values=UNDERLINED)
    day = plain_date(identity.day, "issue_date", 11.5, han=rng.random() < 0.5)
    closing(page, half * 1.5 + 8, max(y + 8, high - 44), Value(school, "school_name", pt=11.5), day, "", 38)
    return page


def learner_permit_electronic(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """学习驾驶证明 (电子版) as the traffic service prints it: centred card, appointment table, rules below."""
    page = sheet("M-DR-04", dpi, rng)
    owner, licence, day = identity.owner, identity.licence, identity.day
    page.text(20, 20, "交通安全综合服务管理（打印件）", 9, "hei", (110, 116, 126))
    page.title(38, "中华人民共和国", 14, 1, role="hei_heavy")
    page.title(48, pick(rng, ("学习驾驶证明", "学习驾驶证明（电子版）")), 24, 2, role="hei_heavy")
    page.box((20, 58, 190, 146), 0.4, (120, 150, 190), (244, 248, 253), 3)
    photo(page, identity.owner.id_number, (28, 68, 62, 114))
    page.paste(figures.square_code(rng), (160, 112, 184, 136))
    lines: tuple[tuple[str, Value], ...] = (
        ("姓名 Name", Value(owner.name, "person_name", pt=12)),
        ("证件号码 ID No.", Value(owner.id_number, "id_number", pt=12)),
        ("性别 Sex", Value(owner.gender)),
        ("准驾车型 Class", Value(licence.license_class, "license_class", pt=12)),
        ("核发日期 Date of Issue", dated(day, "issue_date", "iso")),
        ("发证机关", Value("示例市公安局交通警察支队")),
        ("培训机构", Value(pick(rng, _SCHOOLS), "school_name")),
    )
    for index, (caption, value) in enumerate(lines):
        y = 70 + index * 10.5
        page.text(70, y, caption, 9.5, "hei", (70, 84, 110))
        page.field(110, y, value)
    shares = [34.0, 46.0, 50.0, 40.0]
    heads = ("科目", "考试日期", "考试地点", "考试结果")
    rows: list[Row] = [(9, [(w, Label(c, 10)) for w, c in zip(shares, heads, strict=True)])]
    for name in ("科目一", "科目二", "科目三道路", "科目三安全文明"):
        result: list[Label | Value | None] = [Label(name, 10), None, None, None]
        rows.append((9.5, list(zip(shares, result, strict=True))))
    bottom = page.grid(20, 156, rows)
    lines_of_rule = (
        "学习驾驶证明有效期为三年，可以在有效期内自学直考或者参加培训。",
        "学驾专用标识应当放置在车内前挡风玻璃处。",
    )
    notes(page, 20, bottom + 9, 170, lines_of_rule, 9.5, "使用说明：")
    return page


def _study(identity: Identity, rng: np.random.Generator) -> dict[str, Value]:
    kind, reason, hours = pick(
        rng,
        (
            ("审验教育", "实习期内记满", 3),
            ("审验教育", "记分未满12分换证", 3),
            ("满分学习", "一个记分周期记满12分", 7),
        ),
    )
    owner = identity.owner
    return {
        "kind": Value(kind),
        "name": Value(owner.name, "person_name", pt=11),
        "id": Value(owner.id_number, "id_number", pt=10.5),
        "class": Value(identity.licence.license_class),
        "file": Value(identity.licence.file_no),
        "reason": Value(reason, "reason", pt=10.5),
        "hours": Value(f"{hours}学时", "study_hours", str(hours)),
        "day": dated(identity.day, "issue_date"),
    }


def study_certificate(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """审验教育 or 满分学习 certificate of attendance: a letter with blanks, often with the photograph."""
    page = sheet("M-DR-08", dpi, rng, (210, 148) if rng.random() < 0.3 else A4, hand=0.35)
    s = _study(identity, rng)
    kind = s["kind"].text
    x, y = rng.uniform(20, 28), 20.0 if page.height < 200 else rng.uniform(30, 50)
    heading(
        page,
        y,
        (f"机动车驾驶人{kind}凭证", f"{kind}学习凭证", f"机动车驾驶人{kind}证明", "道路交通安全学习教育凭证"),
        20,
    )
    serial(page, 210 - x, y + 11, Value(f"{identity.day.year}{digits(rng, 6)}", pt=11), "编号：", "rm")
    picture = rng.random() < 0.4
    if picture:
        photo(page, identity.owner.id_number, (210 - x - 26, y + 18, 210 - x, y + 54))
    parts: list[Part] = [
        "机动车驾驶人",
        s["name"],
        "（身份证号",
        s["id"],
        "，准驾车型",
        s["class"],
        "，档案编号",
        s["file"],
        "），因",
        s["reason"],
        f"，于{plain_date(identity.deal.invoice_date).text}参加{kind}，完成道路交通安全法律、法规和相关知识学习",
        s["hours"],
        "，考核合格。\n特此证明。",
    ]
    width = 210 - 2 * x - (32 if picture else 0)
    y = prose(
        page,
        x,
        y + 24,
        width,
        parts,
        13,
        rng.uniform(1.7, 2.0),
        values=UNDERLINED if rng.random() < 0.6 else WRITTEN,
    )
    issuer = pick(rng, ("示例市公安局交通警察支队宣传教育科", "示例市驾驶人安全教育学校"))
    place = min(y + rng.uniform(8, 24), page.height - 26)
    closing(page, 146, place, Value(issuer, pt=12), plain_date(identity.day, "issue_date", 12), "", 38)
    return page


_DELAYS = (
    ("出国（境）学习，不能按期返回", "出国", "示例大学国际交流处"),
    ("正在服兵役", "服兵役", "示例市演示区人民武装部"),
    ("因病住院治疗", "住院", "示例市演示区中心医院"),
    ("在外地长期执行工程任务", "因公外派", "示例建设集团（演示）有限公司"),
)


def delay_statement(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """延期事由证明 for exchanging a licence or being examined later: service, illness or stay abroad."""
    page = sheet("M-DR-08", dpi, rng, hand=0.45)
    owner = identity.owner
    text, reason, issuer = pick(rng, _DELAYS)
    x, y = rng.uniform(24, 32), rng.uniform(38, 60)
    heading(page, y, ("延期事由证明", "证　明", "关于延期办理驾驶证审验的证明", f"{reason}证明"), 21)
    page.text(x, y + 18, pick(rng, ("示例市公安局车辆管理所：", "车辆管理所：")), 13.5)
    purpose = pick(rng, ("延期换领机动车驾驶证", "延期审验", "延期提交身体条件证明"))
    begin, end = (
        identity.day - timedelta(days=200),
        identity.day + timedelta(days=int(rng.integers(100, 700))),
    )
    parts: list[Part] = [
        "兹有",
        Value(owner.name, "person_name"),
        f"，{owner.gender}，身份证号码",
        Value(owner.id_number, "id_number"),
        "，因",
        Value(text, "reason", reason),
        f"，期限自{plain_date(begin).text}至{plain_date(end).text}，无法在规定期限内办理机动车驾驶证业务，现申请{purpose}。"
        "\n情况属实，特此证明。",
    ]
    y = prose(
        page, x, y + 30, 210 - 2 * x, parts, 13.5, 2.0, values=UNDERLINED if rng.random() < 0.4 else WRITTEN
    )
    day = plain_date(identity.day, "issue_date", 13, han=rng.random() < 0.2)
    closing(page, 142, y + rng.uniform(14, 34), Value(issuer, pt=13), day)
    return page


def study_record_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """满分学习/审验教育 record: days, subjects and signatures in a table, the school's verdict below."""
    page = sheet("M-DR-08", dpi, rng, hand=0.4)
    s = _study(identity, rng)
    heading(page, 26, ("机动车驾驶人道路交通安全学习记录", f"机动车驾驶人{s['kind'].text}学习教育记录表"), 18)
    rows: list[list[Entry]] = [
        [("姓　名", s["name"]), ("身份证号", s["id"])],
        [("准驾车型", s["class"]), ("档案编号", s["file"])],
        [
            (
                "学习类别",
                Ticks(
                    [("审验教育", s["kind"].text == "审验教育"), ("满分学习", s["kind"].text == "满分学习")]
                ),
            )
        ],
        [("学习事由", s["reason"])],
    ]
    bottom = table(page, 18, 36, 174, rows, 26, 11)
    shares = [34.0, 70.0, 22.0, 48.0]
    heads = ("学习日期", "学习内容", "学时", "学员签到")
    lessons = ("道路交通安全法律、法规", "交通安全文明驾驶常识", "事故案例警示教育", "应急处置与急救知识")
    lines: list[Row] = [(9, [(w, Label(c, 10)) for w, c in zip(shares, heads, strict=True)])]
    for index, lesson in enumerate(lessons):
        day = dated(identity.deal.invoice_date + timedelta(days=index // 2), None, "iso", pt=10)
        lines.append((12, list(zip(shares, (day, Label(lesson, 10, "left"), Value("1"), None), strict=True))))
    top = bottom + 4
    bottom = page.grid(18, top, lines)
    for index in range(len(lessons)):
        page.signature(152, top + 15 + 12 * index, identity.owner.name, 14)
    rows = [[("累计学时", s["hours"]), ("考试成绩", Value(f"{rng.integers(45, 51) * 2}分"))]]
    bottom = table(page, 18, bottom + 4, 174, rows, 26, 11)
    school = pick(rng, ("示例市驾驶人安全教育学校", "示例市公安局交通警察支队"))
    page.text(22, bottom + 16, "审核意见：学习教育合格。", 11.5)
    closing(page, 148, bottom + 20, Value(school, pt=11), plain_date(identity.day, "issue_date", 11), "", 38)
    return page


def study_certificate_online(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The net course's certificate (网上学习教育凭证): band on top, centred lines, code and electronic seal."""
    page = sheet("M-DR-08", dpi, rng)
    s = _study(identity, rng)
    blue = (28, 86, 160)
    page.box((14, 14, 196, 150), 0.8, blue)
    page.box((14, 14, 196, 34), mm=0, fill=blue)
    page.title(24, "互联网交通安全综合服务管理（示例）", 14, role="hei_heavy", ink=(255, 255, 255))
    heading(page, 46, ("学习教育凭证", f"{s['kind'].text}凭证", f"网上{s['kind'].text}合格凭证"), 22)
    lines: tuple[tuple[str, Value], ...] = (
        ("凭证编号", Value("XX31" + digits(rng, 14))),
        ("姓　　名", s["name"]),
        ("证件号码", s["id"]),
        ("准驾车型", s["class"]),
        ("教育类别", s["kind"]),
        ("教育事由", s["reason"]),
        ("完成学时", s["hours"]),
        ("完成日期", s["day"]),
    )
    for index, (caption, value) in enumerate(lines):
        y = 60 + index * 10
        page.text(30, y, caption, 11.5, "hei", (84, 92, 104))
        page.field(58, y, value)
        page.line(28, y + 5, 140, y + 5, 0.12, (200, 206, 214))
    page.paste(figures.square_code(rng), (152, 58, 184, 90))
    page.text(168, 94, "扫一扫核验凭证", 8.5, anchor="mm")
    stamps.press_round(page, 166, 122, "示例市公安局交通警察支队", "业务专用章", 40)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-DR-04": (
        learner_permit,
        training_record,
        graduation_certificate,
        learner_permit_electronic,
    ),
    "M-DR-08": (
        study_certificate,
        delay_statement,
        study_record_sheet,
        study_certificate_online,
    ),
}
