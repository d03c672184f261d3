"""授权委托书 and 介绍信: who lets whom do what at the vehicle desk.

Knows the letters and forms in use. The organisation that entrusts is invented by `organisations`.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import pick
from ocr.synthetic.layouts.organisations import Organisation, invent_organisation
from ocr.synthetic.layouts.prose import UNDERLINED, prose
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Ticks, Value, chinese_date, dated
from ocr.synthetic.style import Ink, draw_style

_RED: Ink = (196, 30, 36)
_SCOPES = (
    "注册登记", "转让登记", "变更登记", "抵押登记", "解除抵押登记", "注销登记",
    "补领行驶证", "换领号牌", "补领登记证书", "申领检验合格标志", "驾驶证期满换证",
)  # fmt: skip
_KNOWN = (
    "　　委托人知悉并认可代理人在上述权限内实施的行为，愿承担由此产生的法律后果。"
    "本委托书仅限本次业务使用，复印无效。"
)
_DESK = "示例市公安局车辆管理所"


def _sheet(dpi: int, rng: np.random.Generator, hand: float, size: tuple[float, float] = A4) -> Page:
    page = Page(*size, dpi, rng, draw_style(rng, hand_share=hand))
    page.truth.materials = ["M-ID-08"]
    return page


def _signed(
    page: Page, identity: Identity, x: float, y: float, caption: str, name: str, step: float = 13
) -> None:
    page.text(x, y, caption, 12)
    page.signature(x + len(caption) * 4.3 + 1, y, name)
    page.field(x, y + step, dated(identity.day, "sign_date", pt=12))


def mandate_form(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The desk's own form: tables for both persons and the vehicle, tick boxes for what is entrusted."""
    page = _sheet(dpi, rng, 0.45)
    owner, agent, vehicle = identity.owner, identity.previous, identity.vehicle
    scope = pick(rng, _SCOPES[:10])
    left, y = 20 + rng.uniform(-4, 4), rng.uniform(24, 34)
    page.title(y, pick(rng, ("机动车业务授权委托书", "授权委托书", "机动车登记业务委托书", "委托书")), 20, 1)
    high = rng.uniform(10.5, 13.5)

    def person(
        name: str, label: str, who: str, number: str, phone: str, address: str, codes: tuple[str, str | None]
    ) -> list[Row]:
        return [
            (
                high,
                [
                    (28, f"{label}姓名"),
                    (50, Value(name, codes[0], pt=12)),
                    (28, "联系电话"),
                    (64, Value(phone)),
                ],
            ),
            (
                high,
                [(28, "身份证明名称"), (50, Value(who)), (28, "身份证明号码"), (64, Value(number, codes[1]))],
            ),
            (high, [(28, "住　址"), (142, Value(address))]),
        ]

    words = pick(rng, ("受托人", "代理人", "被委托人"))
    rows = person(
        owner.name,
        "委托人",
        "居民身份证",
        owner.id_number,
        owner.phone,
        owner.address,
        ("principal_name", None),
    )
    rows += person(
        agent.name,
        words,
        "居民身份证",
        agent.id_number,
        agent.phone,
        agent.address,
        ("agent_name", "agent_id_number"),
    )
    rows += [
        (
            high,
            [
                (28, "号牌号码"),
                (50, Value(vehicle.plate_no, "plate_no")),
                (28, "车辆识别代号"),
                (64, Value(vehicle.vin)),
            ],
        ),
        (high * 2.2, [(28, "委托事项"), (142, Ticks([(name, name == scope) for name in _SCOPES[:10]]))]),
        (
            high,
            [
                (28, "委托期限"),
                (
                    142,
                    Value(
                        f"自{chinese_date(identity.day)}至{chinese_date(identity.day + timedelta(days=30))}"
                    ),
                ),
            ],
        ),
    ]
    page.note("entrust_scope", scope)
    y = page.grid(left, y + 10, rows) + 8
    text = f"　　本人委托上述{words}代为办理以上机动车业务，{words}在委托权限内所签署的有关文件，本人均予以承认。"
    y = page.flow(left, y, 170, text, 11)
    _signed(page, identity, left + 4, y + 8, "委托人（签字）：", owner.name)
    page.text(left + 96, y + 8, f"{words}（签字）：", 12)
    page.signature(left + 136, y + 8, agent.name)
    return page


def mandate_letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A private person's letter with blanks filled in, at times all by hand."""
    page = _sheet(dpi, rng, 0.6)
    owner, agent, vehicle = identity.owner, identity.previous, identity.vehicle
    x, y, pt = rng.uniform(24, 32), rng.uniform(30, 46), float(rng.choice([12, 13, 14]))
    page.title(
        y,
        pick(
            rng,
            (
                "委　托　书",
                "授权委托书",
                "个人委托书",
                "车辆过户委托书" if identity.item != "V-REG-01" else "委托书",
            ),
        ),
        22,
        1,
    )
    leading, scope = rng.uniform(2.3, 2.9), pick(rng, _SCOPES)
    plate = Value(vehicle.plate_no, "plate_no", pt=pt)
    word = pick(rng, ("受托人", "被委托人"))
    parts: list[str | Value] = [
        "委托人：",
        Value(owner.name, "principal_name", pt=pt),
        "　性别：",
        Value(owner.gender, pt=pt),
    ]
    parts += [
        "\n身份证号码：",
        Value(owner.id_number, pt=pt),
        f"\n{word}：",
        Value(agent.name, "agent_name", pt=pt),
    ]
    parts += [
        "　性别：",
        Value(agent.gender, pt=pt),
        "\n身份证号码：",
        Value(agent.id_number, "agent_id_number", pt=pt),
    ]
    parts += [
        "　联系电话：",
        Value(agent.phone, pt=pt),
        "\n　　",
        pick(rng, ("兹委托", "本人因工作繁忙，不能亲自办理，特委托", "现委托")),
    ]
    parts += [
        Value(agent.name, pt=pt),
        "代为办理号牌号码为",
        plate,
        "的机动车",
        Value(scope, "entrust_scope", pt=pt),
        "等相关手续。",
    ]
    parts += [
        f"{word}在办理上述事项过程中所签署的有关文件，本人均予以认可，由此产生的一切法律责任由本人承担。"
    ]
    parts += ["\n　　委托期限：自签字之日起至上述事项办完为止。"]
    if rng.random() < 0.4:
        parts += [f"\n　　{word}无转委托权。"]
    y = prose(page, x, y + 22, 210 - 2 * x, parts, pt, leading, values=UNDERLINED, indent=False)
    _signed(page, identity, 112, y + rng.uniform(10, 24), "委托人：", owner.name)
    return page


def unit_mandate_letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """An organisation's typed letter to the desk, sealed."""
    page = _sheet(dpi, rng, 0.25)
    firm, agent = invent_organisation(identity, rng), identity.previous
    x, y, pt = rng.uniform(24, 30), rng.uniform(34, 48), float(rng.choice([12, 14]))
    page.title(y, pick(rng, ("授权委托书", "单位委托书", "法人授权委托书", "委　托　书")), 22, 1)
    scope = pick(rng, _SCOPES[:10])
    page.text(x, y + 20, pick(rng, (f"{_DESK}：", "致：" + _DESK)), pt)
    parts: list[str | Value] = [
        "　　兹委托我单位",
        pick(rng, ("工作人员", "员工", "职工")),
        Value(agent.name, "agent_name", pt=pt),
    ]
    parts += [
        "（身份证号码：",
        Value(agent.id_number, "agent_id_number", pt=pt),
        "，联系电话：",
        Value(agent.phone, pt=pt),
        "），前往贵所办理我单位",
    ]
    parts += [
        "号牌号码为",
        Value(identity.vehicle.plate_no, "plate_no", pt=pt),
        "的",
        Value(identity.vehicle.brand_model, pt=pt),
        "机动车",
    ]
    parts += [
        Value(scope, "entrust_scope", pt=pt),
        "业务，请予以办理。\n　　该代理人在办理业务中提交的材料和签署的文件，我单位均予认可，并承担相应的法律责任。",
    ]
    parts += [
        f"\n　　本委托书有效期{pick(rng, ('三十', '十五', '七'))}天，代理人无转委托权。\n　　特此委托。"
    ]
    y = prose(page, x, y + 32, 210 - 2 * x, parts, pt, 2.5, values=UNDERLINED, indent=False)
    _sealed(page, identity, firm, 100, y + rng.uniform(8, 18), rng.random() < 0.6)
    return page


def _sealed(page: Page, identity: Identity, firm: Organisation, x: float, y: float, code: bool) -> None:
    """The organisation's name, its seal, the day."""
    page.text(x, y, "委托单位（盖章）：", 12)
    page.field(x, y + 9, Value(firm.name, "principal_name", pt=12))
    if code:
        page.text(x, y + 18, "统一社会信用代码：", 10.5)
        page.field(x + 36, y + 18, Value(firm.uscc))
    page.text(x, y + 27, f"{firm.head}：", 12)
    page.signature(x + 30, y + 27, firm.legal_rep)
    page.field(x + 8, y + 38, dated(identity.day, "sign_date", pt=12))
    stamps.press_round(page, x + page.rng.uniform(26, 56), y + page.rng.uniform(10, 26), firm.name, "", 41)
    page.note("seal_present", "true")


def introduction_letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """介绍信 torn from its book: at times with the stub beside it, a number across the tear, sealed."""
    stub = rng.random() < 0.5
    page = _sheet(dpi, rng, 0.8, (297, 148) if stub else (210, 148) if rng.random() < 0.5 else A4)
    firm, agent = invent_organisation(identity, rng, pick(rng, ("91", "91", "12", "11"))), identity.previous
    number = f"{rng.integers(1, 9999):07d}"
    left = 100.0 if stub else 12.0
    width, top = page.width - left - 12, rng.uniform(10, 20)
    if stub:
        page.box((10, top, 84, top + 118))
        page.title(top + 12, "介绍信（存根）", 15, x=47)
        page.text(47, top + 22, f"示字第 {number} 号", 10, ink=_RED, anchor="mm")
        for index, text in enumerate(
            (agent.name + " 等壹人", "往：车辆管理所", "办理：车辆业务", "经手人：" + identity.deal.clerk)
        ):
            page.field(16, top + 36 + 12 * index, Value(text, pt=12))
            page.line(15, top + 40 + 12 * index, 78, top + 40 + 12 * index, 0.2)
        for y in range(6, int(page.height) - 6, 3):
            page.line(92, y, 92, y + 1.6, 0.25)
    page.box((left, top, left + width, top + 118), 0.5, _RED if rng.random() < 0.5 else None)
    page.title(top + 14, "介　绍　信", 24, 2, x=left + width / 2)
    page.text(left + width - 8, top + 26, f"示字第 {number} 号", 11, ink=_RED, anchor="rm")
    page.field(left + 8, top + 36, Value(_DESK + "：", pt=13))
    page.line(left + 7, top + 40, left + 80, top + 40, 0.2)
    parts: list[str | Value] = [
        "　　兹介绍我单位",
        Value(agent.name, "agent_name", pt=13),
        "等",
        Value("壹", pt=13),
        "名同志（身份证号",
        Value(agent.id_number, "agent_id_number", pt=12),
    ]
    parts += [
        "），前往你处联系办理",
        Value(f"{identity.vehicle.plate_no}", "plate_no", pt=13),
        Value(pick(rng, _SCOPES[:10]), "entrust_scope", pt=13),
        "事宜，请予接洽并给予协助。\n　　此致\n敬礼",
    ]
    prose(page, left + 8, top + 50, width - 16, parts, 13, 2.15, values=UNDERLINED, indent=False)
    page.field(left + width - 92, top + 95, Value(firm.name, "principal_name", pt=12))
    page.field(left + width - 70, top + 104, dated(identity.day, "sign_date", pt=12))
    page.text(left + 8, top + 111, f"（有效期 {pick(rng, ('叁', '柒', '拾'))} 天）", 10.5)
    stamps.press_round(page, left + width - 50, top + 94, firm.name, "", 40)
    page.note("seal_present", "true")
    return page


def mandate_numbered(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A web counter's print: headings with numerals, a list of labels and values, boxes to glue copies into."""
    page = _sheet(dpi, rng, 0.3)
    unit, agent = rng.random() < 0.35, identity.previous
    firm, owner, left = invent_organisation(identity, rng), identity.owner, 22 + rng.uniform(-3, 3)
    page.text(left, 16, "示例省政务服务网　机动车业务代办专用", 8.5, "hei")
    page.title(28, "机动车（驾驶证）业务代理授权委托书", 17, role="hei_heavy")
    principal = firm.name if unit else owner.name
    number = Value(firm.uscc if unit else owner.id_number)
    given = Value("提交申请材料、签署申请表、领取牌证")
    blocks: tuple[tuple[str, tuple[tuple[str, Value], ...]], ...] = (
        (
            "一、委托人信息",
            (
                ("姓名（单位名称）", Value(principal, "principal_name")),
                ("证件号码", number),
                ("联系方式", Value(owner.phone)),
            ),
        ),
        (
            "二、代理人信息",
            (
                ("姓名", Value(agent.name, "agent_name")),
                ("居民身份证号码", Value(agent.id_number, "agent_id_number")),
                ("联系方式", Value(agent.phone)),
            ),
        ),
        (
            "三、委托办理的业务",
            (
                ("号牌号码", Value(identity.vehicle.plate_no, "plate_no")),
                ("业务名称", Value(pick(rng, _SCOPES[:10]), "entrust_scope")),
                ("代理权限", given),
            ),
        ),
    )
    y, step = 42.0, rng.uniform(8.2, 9.5)
    for heading, lines in blocks:
        page.text(left, y, heading, 11.5, "hei_heavy")
        for label, value in lines:
            y += step
            page.text(left + 6, y, label + "：", 10.5)
            page.field(left + 50, y, value)
            page.line(left + 48, y + 3.2, left + 164, y + 3.2, 0.15)
        y += step * 1.4
    page.text(left, y, "四、委托人承诺", 11.5, "hei_heavy")
    y = page.flow(
        left,
        y + 8,
        166,
        _KNOWN,
        10.5,
    )
    _signed(
        page, identity, left + 6, y + 6, "委托人签名（盖章）：", firm.legal_rep if unit else owner.name, 12
    )
    page.text(left + 100, y + 6, "代理人签名：", 12)
    page.signature(left + 130, y + 6, agent.name)
    if unit:
        stamps.press_round(page, left + 46, y + 6, firm.name, "", 40)
    page.note("seal_present", "true" if unit else "false")
    for x, caption in ((left, "委托人身份证明复印件粘贴处"), (left + 86, "代理人身份证明复印件粘贴处")):
        page.box((x, 228, x + 80, 280), 0.25)
        page.text(x + 40, 254, caption, 10, anchor="mm", ink=(140, 140, 144))
    return page


def mandate_headed(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A letter of authority under a red letterhead, or a notary-like private one: table of the agent in the text."""
    page = _sheet(dpi, rng, 0.15)
    unit, agent = rng.random() < 0.65, identity.previous
    firm, owner = invent_organisation(identity, rng), identity.owner
    left, y = 28.0, 26.0
    if unit:
        page.title(y, firm.name, 19, 1, _RED, "song_heavy")
        page.line(22, y + 8, 188, y + 8, 0.9, _RED)
        page.line(22, y + 9.6, 188, y + 9.6, 0.3, _RED)
        page.text(
            188, y + 15, f"授权〔{identity.day.year}〕{rng.integers(1, 300)}号", 10, "song", anchor="rm"
        )
        y += 30
    page.title(y + 4, pick(rng, ("授 权 委 托 书", "授权书", "车辆业务办理授权书")), 20, role="hei_heavy")
    y += 20
    scope = pick(rng, _SCOPES[:10])
    we = "本单位" if unit else "本人"
    said = f"　　{we}（委托人）授权下列人员作为代理人，以{we}名义办理下述机动车的{scope}事宜："
    y = page.flow(left, y, 154, said, 12) + 2
    heads = (("代理人", 34), ("身份证号码", 44), ("联系电话", 36), ("号牌号码", 40))
    centred = partial(Value, align="center", pt=10)
    values = (
        centred(agent.name, "agent_name"),
        centred(agent.id_number, "agent_id_number"),
        centred(agent.phone),
        centred(identity.vehicle.plate_no, "plate_no"),
    )
    cells: list[Row] = [
        (9, [(width, Label(head, 11)) for head, width in heads]),
        (12, [(width, value) for (_, width), value in zip(heads, values, strict=True)]),
    ]
    y = page.grid(left, y, cells) + 9
    for number, line in enumerate(
        (
            f"授权范围：{scope}的申请、材料提交、签字及牌证领取。",
            f"授权期限：{chinese_date(identity.day)}起至{chinese_date(identity.day + timedelta(days=60))}止。",
            "代理人的行为由委托人承担法律责任，代理人不得转委托。",
        ),
        1,
    ):
        y = page.flow(left, y, 154, f"　　{number}. {line}", 12)
    page.note("entrust_scope", scope)
    if unit:
        _sealed(page, identity, firm, 96, y + 14, True)
        return page
    page.text(left, y + 10, "委托人：", 12)
    page.field(left + 18, y + 10, Value(owner.name, "principal_name", pt=12))
    page.text(left, y + 20, "身份证号码：", 12)
    page.field(left + 28, y + 20, Value(owner.id_number, pt=12))
    _signed(page, identity, 112, y + 34, "签名（手印）：", owner.name)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-ID-08": (
        mandate_form,
        mandate_letter,
        unit_mandate_letter,
        introduction_letter,
        mandate_numbered,
        mandate_headed,
    ),
}
