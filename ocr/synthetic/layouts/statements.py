"""What others state of a driver: no criminal record, no drugs, death, and decisions that revoke a licence.

Knows how these papers look. Knows no registers and no procedure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    Entry,
    barcode,
    closing,
    digits,
    heading,
    letterhead,
    notes,
    pick,
    plain_date,
    serial,
    sheet,
    table,
    tear_line,
)
from ocr.synthetic.layouts.prose import UNDERLINED, WRITTEN, Part, prose
from ocr.synthetic.page import Box, Layout, Page, Ticks, Value, dated

_STATIONS = ("示例市公安局演示分局样例路派出所", "示例市公安局演示分局", "示例市公安局虚构路派出所")
_SCHOOLS = ("示例市演示区第九实验小学", "示例市校车服务（演示）有限公司")


def clean_record_letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """无犯罪记录证明 or a letter that a driver takes no drugs, from a police station."""
    page = sheet("M-DR-09", dpi, rng, hand=0.25)
    owner, station = identity.owner, pick(rng, _STATIONS)
    drugs = rng.random() < 0.35
    x, y = rng.uniform(24, 30), rng.uniform(34, 54)
    names = ("无吸毒记录证明", "无吸毒行为记录证明") if drugs else ("无犯罪记录证明", "有无违法犯罪记录证明")
    heading(page, y, names, 22)
    number = f"示公（演）{'禁毒' if drugs else '证'}字〔{identity.day.year}〕{digits(rng, 5)}号"
    page.text(210 - x, y + 13, number, 11, anchor="rm")
    finding = "无吸毒、注射毒品及被强制隔离戒毒的记录" if drugs else "未发现有犯罪记录"
    parts: list[Part] = [
        "经查，",
        Value(owner.name, "person_name"),
        f"，{owner.gender}，{plain_date(owner.birth_date).text}出生，" if rng.random() < 0.7 else "，",
        "公民身份号码" if rng.random() < 0.6 else "身份证号：",
        Value(owner.id_number, "id_number"),
        f"，户籍地{owner.address}，" if rng.random() < 0.5 else "，",
        f"截至{plain_date(identity.deal.invoice_date).text}，在本辖区{finding}。",
        "\n本证明用于申请校车驾驶资格。" if rng.random() < 0.5 else "",
        "\n特此证明。",
    ]
    y = prose(
        page,
        x,
        y + 30,
        210 - 2 * x,
        parts,
        14,
        rng.uniform(1.8, 2.1),
        values=UNDERLINED if rng.random() < 0.4 else WRITTEN,
    )
    day = plain_date(identity.day, "issue_date", 13, han=rng.random() < 0.3)
    closing(page, 142, y + rng.uniform(14, 34), Value(station, "issuer", pt=13), day)
    page.note("seal_present", "true")
    if rng.random() < 0.5:
        notes(page, x, 262, 160, ("此证明自开具之日起三个月内有效，复印无效。",), 9)
    return page


def school_bus_driver_check(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """校车驾驶资格核查表: each office answers for crime, drugs, drink, fatal accidents and illness."""
    page = sheet("M-DR-09", dpi, rng, hand=0.35)
    owner, day = identity.owner, identity.day
    x, y = rng.uniform(15, 20), rng.uniform(22, 32)
    width = 210 - 2 * x
    heading(page, y, ("校车驾驶资格核查表", "校车驾驶人资格审查表", "申请校车驾驶资格有关情况核查证明"), 18)
    rows: list[list[Entry]] = [
        [("姓　名", Value(owner.name, "person_name")), ("性　别", Value(owner.gender))],
        [("身份证号码", Value(owner.id_number, "id_number", pt=10)), ("准驾车型", Value("A1"))],
        [("所在单位", Value(pick(rng, _SCHOOLS), pt=9.5)), ("联系电话", Value(owner.phone))],
    ]
    questions = (
        ("犯罪记录", ("无犯罪记录", "有犯罪记录"), "示例市公安局演示分局"),
        ("吸毒行为记录", ("无吸毒行为记录", "有记录"), "示例市公安局禁毒支队"),
        ("酒后驾驶", ("最近一年内无酒后驾驶", "有"), "示例市公安局交警支队"),
        ("死亡责任事故", ("无致人死亡责任事故", "有"), "示例市公安局交警支队"),
        ("癫痫、精神病", ("无癫痫、精神病等病史", "有"), identity.deal.hospital),
    )[: int(rng.integers(4, 6))]

    def answer(choices: tuple[str, str], name: str) -> Callable[[Page, Box], None]:
        def draw(page: Page, box: Box) -> None:
            page.cell(
                (box[0] + 2, box[1] + 2, box[0] + 80, box[3] - 10),
                Ticks([(choices[0], True), (choices[1], False)], 10),
            )
            page.text(box[0] + 4, box[3] - 6, "核查单位（盖章）：", 9.5)
            page.text(box[2] - 6, box[3] - 6, plain_date(day).text, 9.5, anchor="rm")
            stamps.press_round(page, box[2] - 36, (box[1] + box[3]) / 2, name, "", 28)

        return draw

    first = len(rows)
    for caption, choices, name in questions:
        rows.append([(caption, answer(choices, name))])
    tall = {row: rng.uniform(29, 31) for row in range(first, len(rows))}
    bottom = table(page, x, y + 12, width, rows, 28, 10.5, tall)
    page.note("issuer", questions[0][2])
    page.note("issue_date", day.isoformat())
    page.note("seal_present", "true")
    page.text(x, bottom + 9, "以上情况如有虚假，愿承担相应法律责任。　　申请人签字：", 10.5)
    page.signature(x + 108, bottom + 9, owner.name)
    return page


def drug_test_report(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """吸毒检测报告 with sample, method, result in a frame and two testers' signatures."""
    page = sheet("M-DR-09", dpi, rng, hand=0.4)
    owner, station = identity.owner, pick(rng, _STATIONS)
    page.title(26, station, 15)
    heading(page, 37, ("吸毒检测报告书", "现场检测报告书", "吸毒检测（戒断）证明"), 20)
    page.text(190, 48, f"示公（毒）检字〔{identity.day.year}〕{digits(rng, 4)}号", 10.5, anchor="rm")
    items = Ticks([("甲基苯丙胺", False), ("吗啡", True), ("氯胺酮", True), ("大麻", False)], 10)
    rows: list[list[Entry]] = [
        [("被检测人", Value(owner.name, "person_name")), ("性别", Value(owner.gender))],
        [("出生日期", dated(owner.birth_date, None)), ("联系电话", Value(owner.phone))],
        [("证件种类及号码", Value(f"居民身份证　{owner.id_number}", "id_number", owner.id_number))],
        [("现住址", Value(owner.address, pt=10))],
        [("检测时间", dated(identity.deal.invoice_date, None)), ("检测地点", Value("本所检测室"))],
        [("检测样本", Ticks([("尿液", True), ("血液", False), ("毛发", False), ("唾液", False)], 10))],
        [("检测项目", items)],
        [("检测方法", Value("胶体金免疫层析法"))],
        [("检测结果", Value(pick(rng, ("阴性（－），未检出吸毒", "尿液检测结果呈阴性")), pt=13))],
        [("被检测人意见", Value("对检测结果无异议。"))],
    ]
    bottom = table(page, 20, 54, 170, rows, 34, 11.5, {8: 24, 9: 22})
    page.signature(150, bottom - 8, owner.name)
    page.text(24, bottom + 12, "检测人（签名）：", 11)
    page.signature(54, bottom + 12, identity.deal.inspector)
    page.signature(82, bottom + 12, identity.deal.clerk)
    closing(
        page,
        150,
        bottom + 22,
        Value(station, "issuer", pt=11),
        plain_date(identity.day, "issue_date", 11),
        "",
        38,
    )
    page.note("seal_present", "true")
    return page


def clean_record_electronic(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The electronic 无犯罪记录证明: framed sheet with bar code, verification code and seal as a print."""
    page = sheet("M-DR-09", dpi, rng, paper=(250, 252, 255))
    owner, station = identity.owner, _STATIONS[1]
    blue = (60, 90, 150)
    page.box((12, 12, 198, 285), 1.0, blue)
    page.box((14, 14, 196, 283), 0.25, blue)
    barcode(page, 20, 20, 52, 8, digits(rng, 14))
    page.text(190, 24, "证明编号：" + digits(rng, 12), 10, "hei", anchor="rm")
    page.title(52, pick(rng, ("无犯罪记录证明", "个人犯罪记录查询结果告知书")), 25, 1.5, role="hei_heavy")
    lines: tuple[tuple[str, Value], ...] = (
        ("被查询人", Value(owner.name, "person_name", pt=13)),
        ("性　　别", Value(owner.gender, pt=13)),
        ("证件名称", Value("居民身份证", pt=13)),
        ("证件号码", Value(owner.id_number, "id_number", pt=13)),
    )
    for index, (caption, value) in enumerate(lines):
        page.text(40, 74 + index * 12, caption + "：", 13, "hei")
        page.field(70, 74 + index * 12, value)
    text = f"　　经查询，截至{plain_date(identity.deal.invoice_date).text}，未发现被查询人有犯罪记录。"
    y = page.flow(32, 130, 146, text, 14, "hei", 2.0)
    y = page.flow(32, y, 146, "　　本证明仅反映查询时的情况，用途：驾驶人资格核查。", 14, "hei", 2.0)
    closing(
        page, 140, y + 24, Value(station, "issuer", pt=13), plain_date(identity.day, "issue_date", 13), "", 44
    )
    page.note("seal_present", "true")
    page.paste(figures.square_code(rng), (30, 236, 60, 266))
    page.flow(
        66, 246, 110, "扫描二维码或登录示例市公安政务服务核验真伪。验证码：" + digits(rng, 6), 9.5, "hei"
    )
    return page


_OFFENCES = (
    ("饮酒后驾驶营运机动车", "第九十一条第三款", "吊销"),
    ("醉酒驾驶机动车", "第九十一条第二款", "吊销"),
    ("驾驶拼装的机动车上道路行驶", "第一百条第二款", "吊销"),
    ("造成交通事故后逃逸，构成犯罪", "第一百零一条第二款", "吊销"),
)
_POLICE = "示例市公安局交通警察支队"


def revocation_penalty(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """公安交通管理行政处罚决定书 that revokes (吊销) a licence: facts, law, decision, remedies, signature."""
    page = sheet("M-DR-10", dpi, rng, hand=0.1)
    owner, (offence, article, act) = identity.owner, pick(rng, _OFFENCES)
    x, y = rng.uniform(22, 28), rng.uniform(24, 36)
    page.title(y, pick(rng, (_POLICE, "示例市公安局")), 16)
    heading(page, y + 11, ("公安交通管理行政处罚决定书", "行政处罚决定书", "吊销机动车驾驶证处罚决定书"), 20)
    number = Value(f"示公交决字〔{identity.day.year}〕第{digits(rng, 6)}号", "doc_no", pt=11)
    page.field(210 - x, y + 23, number, "rm")
    parts: list[Part] = [
        "被处罚人：",
        Value(owner.name, "person_name"),
        f"，{owner.gender}，身份证明号码",
        Value(owner.id_number, "id_number"),
        "，驾驶证档案编号",
        Value(identity.licence.file_no),
        "，准驾车型",
        Value(identity.licence.license_class),
        f"，住址{owner.address}。\n被处罚人于{plain_date(identity.deal.invoice_date).text}在示例市样例路实施",
        Value(offence, "reason", act),
        "的违法行为，以上事实有询问笔录、检验报告、现场照片等证据证实。"
        f"\n根据《中华人民共和国道路交通安全法》{article}之规定，决定给予{act}机动车驾驶证的处罚。"
        "\n如不服本决定，可以在收到本决定书之日起六十日内申请行政复议，或者在六个月内提起行政诉讼。",
    ]
    y = prose(
        page,
        x,
        y + 36,
        210 - 2 * x,
        parts,
        13,
        rng.uniform(1.7, 2.0),
        values=UNDERLINED if rng.random() < 0.3 else WRITTEN,
    )
    day = plain_date(identity.day, "issue_date", 13, han=rng.random() < 0.4)
    closing(page, 144, y + 20, Value(_POLICE, pt=13), day)
    page.text(x, y + 40, "被处罚人签名：", 11.5)
    page.signature(x + 30, y + 40, owner.name)
    page.text(
        x, 282, pick(rng, ("一式三份，当事人、交管部门存档、车管所各一份。", "此联由车辆管理所存档")), 9
    )
    return page


def death_certificate(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """居民死亡医学证明（推断）书: the numbered table of a hospital, two or three copies on a sheet."""
    page = sheet("M-DR-10", dpi, rng, hand=0.4, dots=0.2)
    owner, hospital = identity.owner, identity.deal.hospital
    x, y = rng.uniform(14, 18), rng.uniform(18, 30)
    width = 210 - 2 * x
    heading(page, y, ("居民死亡医学证明（推断）书", "居民死亡医学证明书", "死亡医学证明（推断）书"), 18)
    number = Value(f"31{identity.day.year}{digits(rng, 8)}", "doc_no", pt=11)
    page.text(x, y + 11, "示例市演示区", 10)
    serial(page, x + width, y + 11, number, "编号：", "rm")
    died = identity.deal.invoice_date - timedelta(days=int(rng.integers(3, 90)))
    cause = pick(rng, ("急性心肌梗死", "脑出血", "肺恶性肿瘤", "多发性创伤"))
    age = died.year - owner.birth_date.year
    rows: list[list[Entry]] = [
        [
            ("死者姓名", Value(owner.name, "person_name")),
            ("性别", Value(owner.gender)),
            ("民族", Value("汉")),
        ],
        [
            ("出生日期", dated(owner.birth_date, None, "iso", pt=9.5)),
            ("国家或地区", Value("中国")),
            ("年龄", Value(f"{age}岁")),
        ],
        [("证件类型", Value("居民身份证")), ("证件号码", Value(owner.id_number, "id_number", pt=10))],
        [("死亡日期", dated(died, None)), ("婚姻状况", Value(pick(rng, ("已婚", "丧偶", "未婚"))))],
        [("户籍地址", Value(owner.address, pt=10))],
        [
            (
                "死亡地点",
                Ticks([("医疗卫生机构", True), ("来院途中", False), ("家中", False), ("其他", False)], 9),
            )
        ],
        [("直接死亡原因", Value(cause)), ("发病至死亡间隔", Value(f"{rng.integers(1, 30)}天"))],
        [("最高诊断单位", Value("三级医院")), ("诊断依据", Value("临床"))],
        [("家属姓名", Value(identity.previous.name)), ("联系电话", Value(identity.previous.phone))],
    ]
    bottom = table(page, x, y + 16, width, rows, 24, rng.uniform(9.5, 12))
    page.text(x + 2, bottom + 9, "医师签名：", 10.5)
    page.signature(x + 22, bottom + 9, identity.deal.clerk)
    day = plain_date(identity.day, "issue_date", 11)
    closing(page, 148, bottom + 10, Value(hospital, pt=11), day, pick(rng, ("", "疾病证明专用章")), 38)
    page.note("reason", "死亡")
    tear_line(page, bottom + 40)
    notes(
        page, x, bottom + 48, width, ("本联由死者家属交公安机关办理注销手续。", "无医师签名、未盖公章无效。")
    )
    return page


def death_notice_letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """死亡证明 or 丧失民事行为能力证明 as a letter of a neighbourhood committee or station, counterfoil above."""
    page = sheet("M-DR-10", dpi, rng, hand=0.55)
    owner = identity.owner
    able = rng.random() < 0.3
    issuer = pick(rng, ("示例市演示区样例路街道第三居民委员会", "示例市公安局虚构路派出所"))
    number = Value(f"示居证〔{identity.day.year}〕{rng.integers(10, 900)}号", "doc_no", pt=11)
    heading(page, 22, ("死亡证明（存根）" if not able else "证明（存根）",), 13)
    page.text(
        30, 34, f"姓名：{owner.name}　　事由：注销机动车驾驶证　　日期：{identity.day.isoformat()}", 10.5
    )
    tear_line(page, 48, f"第 {digits(rng, 5)} 号")
    heading(page, 70, ("丧失民事行为能力证明",) if able else ("死亡证明", "居民死亡证明信"), 22)
    page.field(180, 83, number, "rm")
    fact = (
        f"于{plain_date(identity.deal.invoice_date).text}经鉴定丧失民事行为能力"
        if able
        else f"于{plain_date(identity.deal.invoice_date).text}因{pick(rng, ('病', '意外'))}死亡"
    )
    parts: list[Part] = [
        "兹有居民",
        Value(owner.name, "person_name"),
        f"，{owner.gender}，身份证号",
        Value(owner.id_number, "id_number"),
        f"，生前住{owner.address}，" if not able else f"，住{owner.address}，",
        Value(fact, "reason", "丧失民事行为能力" if able else "死亡"),
        "，其家属申请注销机动车驾驶证，请予办理。\n特此证明。",
    ]
    y = prose(page, 28, 98, 154, parts, 14, 2.1, values=UNDERLINED)
    closing(page, 138, y + 18, Value(issuer, pt=13), plain_date(identity.day, "issue_date", 13), "", 40)
    page.text(28, y + 44, f"经办人：{identity.deal.clerk}　　　家属签字：", 11.5)
    page.signature(88, y + 44, identity.previous.name)
    return page


def licence_withdrawal_decision(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """撤销 or 注销 decision (公安交通管理撤销决定书): particulars in a table, decision below, red head."""
    page = sheet("M-DR-10", dpi, rng)
    owner, licence = identity.owner, identity.licence
    act, cause = pick(
        rng,
        (
            ("撤销", "以欺骗手段取得机动车驾驶证"),
            ("撤销", "以贿赂手段通过驾驶考试"),
            ("吊销", "被依法追究刑事责任"),
            ("注销", "驾驶人死亡"),
        ),
    )
    number = Value(f"示公交{act[0]}字〔{identity.day.year}〕{rng.integers(3, 400)}号", "doc_no")
    y = letterhead(page, 28, "示例市公安局交通警察支队", number) + 16
    heading(page, y, (f"{act}机动车驾驶证决定书", f"公安交通管理{act}决定书"), 20)
    rows: list[list[Entry]] = [
        [("当事人", Value(owner.name, "person_name")), ("性别", Value(owner.gender))],
        [
            ("身份证明号码", Value(owner.id_number, "id_number", pt=10)),
            ("准驾车型", Value(licence.license_class)),
        ],
        [
            ("档案编号", Value(licence.file_no)),
            ("初次领证日期", dated(licence.first_issue_date, None, "iso")),
        ],
        [("事　由", Value(f"{act}：{cause}", "reason", act))],
    ]
    bottom = table(page, 26, y + 12, 158, rows, 30, 11)
    text = (
        f"　　经查，当事人存在{cause}的情形。依据《机动车驾驶证申领和使用规定》，决定{act}其机动车驾驶证，"
        "并公告机动车驾驶证作废。当事人在规定期限内不得再次申领机动车驾驶证。"
    )
    y = page.flow(28, bottom + 12, 154, text, 13, leading=1.9)
    closing(
        page, 142, y + 22, Value(_POLICE, pt=13), plain_date(identity.day, "issue_date", 13, True), "", 42
    )
    page.line(26, y + 52, 184, y + 52, 0.3)
    page.text(28, y + 58, "送达方式：直接送达　　受送达人签字：", 11)
    page.signature(102, y + 58, owner.name)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-DR-09": (clean_record_letter, school_bus_driver_check, drug_test_report, clean_record_electronic),
    "M-DR-10": (revocation_penalty, death_certificate, death_notice_letter, licence_withdrawal_decision),
}
