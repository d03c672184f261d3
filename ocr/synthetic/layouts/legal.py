"""Papers of courts and arbitrators (M-SR-03): rulings, judgments, settlements, notices of assistance, awards.

Knows their wording and how each is set out. Courts, parties and case numbers are invented on the spot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.prose import (
    BLANKS,
    PLACES,
    PRINTED,
    Part,
    digits,
    earlier,
    numeral_date,
    pick,
    prose,
    seal,
    vehicle_named,
)
from ocr.synthetic.layouts.security_print import (
    cut_line,
    emblem,
)
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import Ink, Style, draw_style

_RED: Ink = (200, 36, 40)
_FIRMS = (
    "示例融资租赁有限公司",
    "演示商业银行股份有限公司示例支行",
    "样本小额贷款（示例）有限公司",
    "示例机电贸易有限公司",
)


@dataclass(frozen=True)
class _Matter:
    """One case before a court or an arbitration commission."""

    kind: str
    court: str
    case_no: str
    day: date
    creditor: str
    buyer: str
    debtor: str
    panel: tuple[str, str, str]


def _matter(identity: Identity, rng: np.random.Generator, kinds: tuple[str, ...]) -> _Matter:
    kind, place = pick(rng, *kinds), pick(rng, *PLACES)
    day = earlier(rng, identity.day)
    if "仲裁" in kind:
        court, mark = (
            f"{place[:3]}仲裁委员会",
            f"（{day.year}）{pick(rng, '示仲裁字', '示仲案字', '样仲')}第{rng.integers(11, 1900):04d}号",
        )
    else:
        court = place + ("中级人民法院" if len(place) == 3 else "人民法院")
        word = {"执行": ("执", "执恢", "执"), "协助": ("执", "执保", "执恢")}.get(
            kind[:2], ("民初", "民终", "商初")
        )
        mark = f"（{day.year}）示{rng.integers(101, 131):04d}{pick(rng, *word)}{rng.integers(12, 9800)}号"
    firm = pick(rng, *_FIRMS)
    return _Matter(
        kind,
        court,
        mark,
        day,
        firm,
        identity.owner.name,
        identity.previous.name,
        (identity.deal.inspector, identity.deal.clerk, pick(rng, "林示明", "石样文", "方演平", "江例安")),
    )


def _cause(rng: np.random.Generator) -> str:
    return pick(
        rng,
        "金融借款合同纠纷",
        "民间借贷纠纷",
        "买卖合同纠纷",
        "融资租赁合同纠纷",
        "车辆所有权确认纠纷",
        "离婚后财产纠纷",
    )


def _parties(identity: Identity, matter: _Matter) -> list[Part]:
    """The heads of the parties, as every ruling opens."""
    first, second = ("申请执行人", "被执行人") if "执" in matter.kind else ("原告", "被告")
    if "仲裁" in matter.kind:
        first, second = "申请人", "被申请人"
    debtor = identity.previous
    return [
        f"　　{first}：{matter.creditor}，住所地示例市演示区示范路{len(matter.creditor)}8号。\n",
        f"　　法定代表人：{matter.panel[2]}，总经理。\n" if matter.creditor else "",
        f"　　{second}：{debtor.name}，{debtor.gender}，{chinese_date(debtor.birth_date)}出生，"
        f"{debtor.ethnicity}族，住{debtor.address}，公民身份号码{debtor.id_number}。\n",
    ]


def _decision(identity: Identity, matter: _Matter, rng: np.random.Generator) -> list[Part]:
    """What is decided about the vehicle, by the kind of paper."""
    vehicle, owner = vehicle_named(identity, rng), Value(matter.buyer, "buyer_name")
    cause, debtor = _cause(rng), matter.debtor
    if matter.kind.startswith("执行"):
        article = pick(
            rng,
            "第二百五十四条、第二百五十八条",
            "第二百五十一条、第二百五十四条",
            "第二百四十四条、第二百四十七条",
        )
        return [
            f"　　本院在执行{matter.creditor}与{debtor}{cause}一案中，依法对被执行人{debtor}名下",
            *vehicle,
            f"进行网络司法拍卖，买受人{matter.buyer}以最高价人民币{identity.deal.price}元竞得，拍卖价款已全部付清。"
            f"依照《中华人民共和国民事诉讼法》{article}之规定，裁定如下：\n　　一、被执行人{debtor}名下上述车辆的所有权"
            "及相应的其他权利归买受人",
            owner,
            "所有，车辆所有权自本裁定送达买受人时起转移；\n　　二、解除对上述车辆的查封、抵押登记；\n"
            "　　三、买受人可持本"
            "裁定书到登记机构办理相关产权过户登记手续。\n　　本裁定送达后即发生法律效力。",
        ]
    if "协助" in matter.kind:
        return [
            f"　　关于{matter.creditor}与{debtor}{cause}一案，本院作出的{matter.case_no}执行裁定书已经发生法律"
            "效力。依照《中华人民"
            "共和国民事诉讼法》第二百六十二条之规定，请协助执行以下事项：\n　　一、解除对",
            *vehicle,
            f"的查封；\n　　二、将上述车辆所有权由{debtor}变更登记至",
            owner,
            f"（公民身份号码：{identity.owner.id_number}）名下。\n　　附：{matter.case_no}执行裁定书一份。",
        ]
    ends = {
        "民事判决书": "　　案件受理费2300元，由被告负担。\n　　如不服本判决，可以在判决书送达之日起十五日内，"
        "向本院递交上诉状，"
        "并按照对方当事人的人数提出副本，上诉于示例市中级人民法院。",
        "民事调解书": "　　上述协议，不违反法律规定，本院予以确认。\n　　本调解书经各方当事人签收后，即具有法律效力。",
        "民事裁定书": "　　本裁定立即开始执行。\n　　如不服本裁定，可以自收到裁定书之日起五日内向本院申请复议一次。",
    }
    verb = {"民事判决书": "判决如下", "民事调解书": "双方当事人自愿达成如下协议", "民事裁定书": "裁定如下"}
    filed = chinese_date(matter.day - timedelta(days=40))
    tribunal = "本会" if "仲裁" in matter.kind else "本院"
    court_open = (
        "　　本案经审理，" if "仲裁" not in matter.kind else "　　仲裁庭审理后认为，双方签订的协议合法有效，"
    )
    return [
        f"　　{matter.creditor}与{debtor}{cause}一案，{tribunal}于{filed}立案后，依法适用简易程序公开进行了审理，"
        f"本案现已审理终结。\n{court_open}{verb.get(matter.kind, '裁决如下')}：\n"
        f"　　一、登记在{debtor}名下的",
        *vehicle,
        "归",
        owner,
        f"所有，{debtor}应于本文书生效之日起十日内协助办理过户手续；\n　　二、各方就本案再无其他争议。\n",
        ends.get(matter.kind, "　　本裁决为终局裁决，自作出之日起发生法律效力。"),
    ]


def _panel(page: Page, matter: _Matter, y: float, pt: float, spaced: bool = True) -> float:
    """Judges at the lower right; the year in numerals with the court's seal on it."""
    gap = "　" if spaced else " "
    if "仲裁" in matter.kind:
        roles = ["首席仲裁员", "仲裁员"]
    else:
        roles = pick(page.rng, ["审判长", "审判员", "审判员"], ["审判员"], ["审判长", "人民陪审员"])
    for role, name in zip(roles, matter.panel, strict=False):
        page.text(118, y, role if len(role) > 3 else gap.join(role), pt)
        page.text(186, y, gap.join(name), pt, anchor="rm")
        y += pt * 0.62
    return y + 4


_COURT_KINDS = (
    "执行裁定书",
    "执行裁定书",
    "民事判决书",
    "民事裁定书",
    "民事调解书",
    "协助执行通知书",
    "仲裁裁决书",
)


def court_document(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The first sheet of a ruling as courts print it: name and kind in the middle, case number at the right."""
    style = Style(
        label=pick(rng, "song", "kai", "serif"), title="song_heavy", label_choice=int(rng.integers(2))
    )
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-03"]
    matter = _matter(identity, rng, _COURT_KINDS)
    left, top, pt = rng.uniform(25, 30), rng.uniform(28, 42), rng.uniform(12.5, 14.5)
    if "仲裁" not in matter.kind and rng.random() < 0.15:
        emblem(page, 105, top - 14, 15, _RED)
    heading = page.title(top, matter.court, rng.uniform(21, 24), spacing=rng.uniform(0, 1.6))
    page.note("court_name", matter.court, [heading])
    page.title(top + 13, matter.kind, rng.uniform(24, 28), spacing=rng.uniform(2, 6))
    page.field(
        186, top + 27, Value(matter.case_no, "case_no", pt=pt, role=style.label), anchor="rm", hand=False
    )
    parts = (
        _parties(identity, matter)
        if "协助" not in matter.kind
        else ["示例市公安局交通警察支队车辆管理所：\n"]
    )
    y = prose(
        page,
        left,
        top + 38,
        210 - left - 24,
        [*parts, *_decision(identity, matter, rng)],
        pt,
        leading=rng.uniform(1.6, 1.8),
        values=PRINTED,
        indent=False,
    )
    y = _panel(page, matter, min(y + 4, 244), pt)
    form = numeral_date(matter.day, "issue_date", pt=pt, role=style.label)
    page.field(186, y, form, anchor="rm", hand=False)
    seal(page, 164, y - 2, matter.court)
    if y < 266 and rng.random() < 0.8:
        page.text(118, y + 10, "书　记　员", pt)
        page.text(186, y + 10, "　".join(matter.panel[2]), pt, anchor="rm")
    if rng.random() < 0.5:
        stamps.press_box(
            page, 52, min(y + 4, 268), ("本件与原本核对无异",), 44, pick(rng, _RED, (48, 60, 140))
        )
    page.title(286, pick(rng, "—1—", "1", "- 1 -", ""), 9)
    return page


def court_document_served(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same papers served electronically: flush-left sans heads, a case card, a code to verify the paper by."""
    style = Style(label="hei", title="hei_heavy", label_choice=int(rng.integers(2)), line_ink=(150, 150, 154))
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-03"]
    matter = _matter(identity, rng, _COURT_KINDS)
    page.text(22, 16, "电子送达文书　本文书由审判流程信息系统生成", 8, ink=(120, 120, 124))
    page.line(20, 20, 190, 20, 0.3)
    page.paste(figures.square_code(rng), (164, 25, 188, 49))
    page.text(176, 52, "扫码核验文书", 7, anchor="mm")
    page.note("court_name", matter.court, [page.text(22, 32, matter.court, 17, "hei_heavy")])
    page.text(22, 43, matter.kind, 22, "hei_heavy")
    page.text(22, 54, "案号：", 11)
    page.field(34, 54, Value(matter.case_no, "case_no", pt=11, role="hei"))
    card: list[Row] = [
        (
            8,
            [
                (26, "案　　由"),
                (60, Label(_cause(rng), 9.5)),
                (26, "承办部门"),
                (56, Label(pick(rng, "执行局", "民事审判第一庭", "速裁庭"), 9.5)),
            ],
        ),
        (
            8,
            [
                (26, "当事人"),
                (60, Label(matter.creditor, 9.5)),
                (26, "对方当事人"),
                (56, Label(matter.debtor, 9.5)),
            ],
        ),
    ]
    bottom = page.grid(22, 60, card)
    y = prose(
        page,
        22,
        bottom + 10,
        168,
        _decision(identity, matter, rng),
        11.5,
        leading=1.75,
        values=PRINTED,
        indent=False,
    )
    y = _panel(page, matter, y + 8, 11.5, spaced=False)
    page.field(186, y, dated(matter.day, "issue_date", pt=11.5, role="hei"), anchor="rm")
    seal(page, 160, y - 4, matter.court, "电子印章" if rng.random() < 0.4 else "")
    page.line(20, 276, 190, 276, 0.2)
    page.text(
        22,
        281,
        f"文书编号：{digits(rng, 16)}　　如有疑问请拨打12368诉讼服务热线。第1页　共{rng.integers(1, 5)}页",
        8,
    )
    return page


def court_notice_with_receipt(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A filled-in court form with gaps, and the receipt to be torn off and sent back."""
    style = draw_style(rng, hand_share=0.45, dots_share=0.1)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-03"]
    matter = _matter(identity, rng, ("协助执行通知书", "协助执行通知书", "执行裁定书", "民事裁定书"))
    page.note("court_name", matter.court, [page.title(24, matter.court, 18)])
    page.title(34, matter.kind, 20, spacing=3)
    page.field(105, 44, Value(matter.case_no, "case_no", pt=12), anchor="mm")
    vehicle = identity.vehicle
    lines: list[Part] = [
        Value(pick(rng, "示例市公安局车辆管理所", "示例市公安局交警支队车管所")),
        "：\n　　我院受理的申请人",
        Value(matter.creditor),
        "与被申请人",
        Value(matter.debtor),
        "一案，已经审理终结，因义务人未在指定期限内履行，现请你单位协助办理下列事项：\n　　将车辆（号牌",
        Value(vehicle.plate_no, "plate_no"),
        "，车架号",
        Value(vehicle.vin, "vin"),
        "）过户给",
        Value(matter.buyer, "buyer_name"),
        "，并办理相应的转移登记；原查封措施同时",
        Value(pick(rng, "解除", "予以解除", "解封")),
        "。\n　　此致。",
    ]
    y = prose(page, 25, 56, 160, lines, 13, leading=1.95, values=BLANKS, indent=False)
    y = max(y, 138) + 6
    page.field(184, y, dated(matter.day, "issue_date", pt=13), anchor="rm")
    seal(page, 160, y - 4, matter.court)
    page.text(25, y + 10, f"联系人：{matter.panel[0]}　　联系电话：021-0000{rng.integers(1000, 9999)}", 10.5)
    page.text(25, y + 17, "附：生效法律文书副本一份、工作证复印件、执行公务证复印件。", 10.5)
    cut = y + 26
    cut_line(page, 12, cut, 186)
    page.title(cut + 12, f"{matter.kind}（回执）" if rng.random() < 0.7 else "送 达 回 证", 16)
    receipt = f"{matter.court}：\n　　你院{matter.case_no}{matter.kind}收悉，所列事项已于　　　年　　月　　日办理完毕。"
    y = page.flow(25, cut + 25, 160, receipt, 12)
    page.text(124, y + 8, "（协助单位盖章）", 11)
    page.text(130, y + 17, "年　　　月　　　日", 11)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-SR-03": (court_document, court_document_served, court_notice_with_receipt),
}
