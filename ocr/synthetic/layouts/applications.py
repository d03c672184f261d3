"""The four application forms of the vehicle desk: 注册/转让/注销/转入, 变更/备案, 抵押/质押, 牌证.

Knows what each form asks and how it may be answered. How a sheet looks is `application_sheets`' business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ocr.synthetic.identity import Identity, Person
from ocr.synthetic.layouts import application_sheets as sheets
from ocr.synthetic.layouts.application_sheets import Form, Section
from ocr.synthetic.layouts.office_print import pick
from ocr.synthetic.page import A4, Layout, Page, Ticks, Value
from ocr.synthetic.style import draw_style

_COMMON = ("plate_type", "plate_no", "owner_name", "apply_items", "sign_date", "signature_present")
_NOTES = (
    "填表说明：1. 填写时请使用黑色、蓝色墨水笔，字体工整，不得涂改。",
    "　　　　　2. 标注有“□”符号的为选择项目，选择后在“□”中划“√”。",
    "　　　　　3. 机动车所有人为单位的，应当加盖单位公章；委托代理人办理的，由代理人签字。",
)
_LENDERS = (
    "示例银行股份有限公司示例市分行",
    "演示农村商业银行股份有限公司演示区支行",
    "星辰汽车金融（示例）有限公司",
    "样本融资租赁有限公司",
    "示例市样例小额贷款有限公司",
)
_PAWNSHOPS = ("示例市演示典当有限公司", "示例市样本典当行有限责任公司")


def _boxes(options: Sequence[str], ticked: str, pt: float = 8.5) -> Ticks:
    return Ticks([(option, option == ticked) for option in options], pt)


def _person(rng: np.random.Generator, name: str, person: Person | None, code: str | None) -> Section:
    """The block on the owner or the agent; an absent agent's cells are struck or left empty."""
    blank = "/" if rng.random() < 0.6 else ""
    if person is None:
        empty = Value(blank)
        return Section(name, ((("姓名/名称", empty), ("手机号码", empty)), (("邮寄地址", empty),)))
    first = (("姓名/名称", Value(person.name, code, pt=12)), ("手机号码", Value(person.phone, "phone")))
    if name == "代理人":
        named = (first[0], ("手机号码", Value(person.phone)))
        return Section(name, (named, (("邮寄地址", Value(person.address)),)))
    rest: list[sheets.Line] = [(("邮寄地址", Value(person.address)),)]
    shown = rng.random()
    if shown < 0.7:
        rest.insert(0, (("邮政编码", Value("200000")), ("固定电话", Value(blank))))
    if shown > 0.35:
        number = Value(person.id_number, "id_number")
        rest.append((("身份证明名称", Value("居民身份证")), ("身份证明号码", number)))
    return Section(name, (first, *rest))


def _form(
    identity: Identity,
    rng: np.random.Generator,
    title: str,
    items: tuple[tuple[str, tuple[str, ...]], ...],
    chosen: tuple[str, str],
    middle: tuple[Section, ...],
    signers: tuple[tuple[str, str], ...] = (),
    plate: bool = True,
) -> Form:
    """What all four forms share: owner, agent, statement, signatures."""
    owner, vehicle = identity.owner, identity.vehicle
    agent = identity.previous if rng.random() < 0.45 else None
    number = f"{vehicle.plate_no[:2]}·{vehicle.plate_no[2:]}" if rng.random() < 0.3 else vehicle.plate_no
    signed = (
        (
            "机动车所有人（代理人）签字" if agent or rng.random() < 0.5 else "机动车所有人签字",
            (agent or owner).name,
        ),
        *signers,
    )
    statement = pick(
        rng,
        (
            "机动车所有人及代理人对申请材料的真实有效性负责。",
            "申请人及代理人对申请材料的真实性、有效性负责，如有虚假，愿意承担由此产生的法律责任。",
            "本人已知晓办理该项业务的有关规定，所填内容和提交的材料真实、有效，如有虚假，愿承担法律责任。",
        ),
    )
    return Form(
        title=title,
        items=items,
        chosen=chosen,
        plate=(
            Value(vehicle.plate_type_name, "plate_type", vehicle.plate_type),
            Value(number, "plate_no", vehicle.plate_no, pt=12) if plate else Value(""),
        ),
        sections=(
            _person(rng, "机动车所有人", owner, "owner_name"),
            _person(rng, "代理人", agent, "agent_name"),
            *middle,
        ),
        statement=statement,
        signers=signed,
        day=identity.day,
        number=identity.transaction_number,
        notes=_NOTES[: int(rng.integers(2, 4))],
    )


def _registration(identity: Identity, rng: np.random.Generator) -> Form:
    vehicle = identity.vehicle
    fresh = identity.item == "V-REG-01"
    moved = pick(rng, ("转让登记", "转移登记"))
    item = "注册登记" if fresh else moved if rng.random() < 0.7 else pick(rng, ("注销登记", "转入"))
    how = _boxes(("购买", "仲裁裁决", "继承", "赠予", "协议抵偿债务", "中奖", "资产重组", "资产整体买卖", "调拨",
                  "境外自带", "法院调解、裁定、判决", "其他"), "购买")  # fmt: skip
    use = _boxes(("非营运", "公路客运", "公交客运", "出租客运", "旅游客运", "租赁", "教练", "幼儿校车", "小学生校车",
                  "危险货物运输", "货运", "消防", "救护", "工程救险", "营转非", "出租营转非"), "非营运")  # fmt: skip
    model = (
        ("品牌型号", Value(vehicle.brand_model, "brand_model")),
        ("车辆识别代号", Value(vehicle.vin, "vin")),
    )
    lines: tuple[sheets.Line, ...] = (model, (("获得方式", how),), (("使用性质", use),))
    return _form(
        identity,
        rng,
        f"机动车注册、{moved[:2]}、注销登记/转入申请表",
        (("", ("注册登记", "注销登记", moved, "转入")),),
        ("", item),
        (Section("机动车", lines),),
        plate=not fresh or rng.random() < 0.5,
    )


_CHANGES = ("变更车身颜色", "更换发动机", "更换车身或者车架", "因质量问题更换整车", "变更使用性质",
            "变更共同所有人姓名/名称", "住所迁出车辆管理所管辖区域")  # fmt: skip
_FILINGS = ("变更姓名/名称", "变更身份证明名称/号码", "变更联系方式", "重新打刻发动机号码", "加装或者拆除操纵辅助装置",
            "变更住所地址", "小型、微型载客汽车加装防撞装置", "货运机动车加装防风罩、水箱")  # fmt: skip


def _change(identity: Identity, rng: np.random.Generator) -> Form:
    vehicle, owner = identity.vehicle, identity.owner
    colour = pick(rng, [c for c in "白灰黑蓝红棕" if c != vehicle.body_color])
    engine = f"{rng.integers(1, 9)}{pick(rng, 'ABCDEF')}{rng.integers(100000, 999999)}"
    phone = f"1390000{rng.integers(1000, 9999)}"
    group, item, before, after = (
        ("变更登记", "变更车身颜色", vehicle.body_color + "色", colour + "色"),
        ("变更登记", "更换发动机", vehicle.engine_no, engine),
        ("变更登记", "变更使用性质", "预约出租客运", "非营运"),
        ("变更登记", "住所迁出车辆管理所管辖区域", "示例市", "范例省样例市"),
        ("变更备案", "变更联系方式", phone, owner.phone),
        ("变更备案", "变更住所地址", identity.previous.address, owner.address),
        ("变更备案", "重新打刻发动机号码", "锈蚀不清", vehicle.engine_no),
    )[int(rng.integers(7))]
    lines: tuple[sheets.Line, ...] = (
        (("变更事项", Value(item)), ("变更前内容", Value(before))),
        (("变更后内容", Value(after, "changed_value")),),
    )
    if rng.random() < 0.5:
        lines = (*lines, (("品牌型号", Value(vehicle.brand_model)), ("车辆识别代号", Value(vehicle.vin))))
    groups = (
        ("变更登记", _some(rng, _CHANGES, item)),
        (pick(rng, ("备案", "变更备案")) if group == "变更登记" else group, _some(rng, _FILINGS, item)),
    )
    name = pick(rng, ("变更/备案信息", "变更后的信息", "变更内容"))
    return _form(identity, rng, "机动车变更登记/备案申请表", groups, (group, item), (Section(name, lines),))


def _some(rng: np.random.Generator, options: tuple[str, ...], needed: str) -> tuple[str, ...]:
    """The options of one office: some are left out, never the one that is ticked."""
    return tuple(option for option in options if option == needed or rng.random() < 0.85)


def _mortgage(identity: Identity, rng: np.random.Generator) -> Form:
    vehicle = identity.vehicle
    item = pick(rng, ("抵押登记", "解除抵押登记", "质押备案", "解除质押备案"))
    lender = pick(rng, _PAWNSHOPS if "质押" in item else _LENDERS)
    who = pick(rng, ("抵押权人/典当行", "抵押权人", "抵押权人（质权人）"))
    clerk = identity.deal.clerk
    street = f"示例市演示区样例路{rng.integers(1, 999)}号"
    contract = f"{identity.day:%Y}{pick(rng, ('抵', '质', '贷'))}字第{rng.integers(1000, 99999):05d}号"
    lines: tuple[sheets.Line, ...] = (
        (("姓名/名称", Value(lender, "mortgagee_name")),),
        (("邮寄地址", Value(street)),),
        (
            ("身份证明号码", Value(identity.deal.dealer_tax_no)),
            ("联系电话", Value(f"021-5550{rng.integers(1000, 9999)}")),
        ),
        (("经办人姓名", Value(clerk)), ("手机号码", Value(f"1390000{rng.integers(1000, 9999)}"))),
    )
    if rng.random() < 0.6:
        amount = Value(f"{rng.integers(30, 200) * 1000:,}元")
        lines = (*lines, (("合同号码", Value(contract)), ("担保金额", amount)))
    middle: tuple[Section, ...] = (Section(who, lines),)
    if rng.random() < 0.7:
        number: sheets.Line = (("车辆识别代号", Value(vehicle.vin, "vin")),)
        middle = (*middle, Section("机动车", ((("品牌型号", Value(vehicle.brand_model)),), number)))
    groups: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("", ("抵押登记", "解除抵押登记", "质押备案", "解除质押备案")),
    )
    chosen = ("", item)
    if rng.random() < 0.5:
        groups = (("抵押", ("抵押登记", "解除抵押登记")), ("质押", ("质押备案", "解除质押备案")))
        chosen = (item.removeprefix("解除")[:2], item)
    return _form(
        identity,
        rng,
        "机动车抵押登记/质押备案申请表",
        groups,
        chosen,
        middle,
        ((f"{who}签字（盖章）", clerk),),
    )


_CAUSES = ("丢失", "灭失", "损毁", "字迹模糊", "前号牌", "后号牌", "原证记载事项变化", "其他")


def _plates(identity: Identity, rng: np.random.Generator) -> Form:
    vehicle = identity.vehicle
    group, item = (
        ("补领", "行驶证"), ("补领", "号牌"), ("补领", "登记证书"), ("换领", "号牌"), ("换领", "行驶证"),
        ("申领", "检验合格标志"), ("补领", "检验合格标志"), ("申领", "临时行驶车号牌"),
    )[int(rng.integers(8))]  # fmt: skip
    groups = (
        ("申领", ("登记证书", "检验合格标志", "临时行驶车号牌")),
        ("补领", ("号牌", "行驶证", "登记证书", "检验合格标志")),
        ("换领", ("号牌", "行驶证", "登记证书", "检验合格标志")),
    )
    cause = {"补领": pick(rng, ("丢失", "灭失")), "换领": pick(rng, ("损毁", "字迹模糊"))}.get(group, "其他")
    temporary = (
        "未销售的",
        "购买、调拨、赠予等方式获得后尚未注册登记的",
        "进行科研、定型试验的",
        "因轴荷、总质量、外廓尺寸超限的特型机动车",
    )
    bound = temporary[1] if item == "临时行驶车号牌" else ""
    lines: tuple[sheets.Line, ...] = (
        ((pick(rng, ("补/换领原因", "申请原因")), _boxes(_CAUSES, cause)),),
        (("临时号牌事由", _boxes(temporary, bound)),),
    )
    if rng.random() < 0.5:
        lines = ((("品牌型号", Value(vehicle.brand_model)), ("车辆识别代号", Value(vehicle.vin))), *lines)
    return _form(identity, rng, "机动车牌证申请表", groups, (group, item), (Section("牌证", lines),))


_ASKED: dict[str, tuple[Callable[[Identity, np.random.Generator], Form], tuple[str, ...]]] = {
    "M-FM-01": (_registration, ("vin", "brand_model", "id_number", "phone", "agent_name")),
    "M-FM-02": (_change, ("changed_value",)),
    "M-FM-03": (_mortgage, ("vin", "mortgagee_name")),
    "M-FM-04": (_plates, ("agent_name",)),
}


def _drawn(
    material: str,
    sheet: Callable[[Page, Form], None],
    hand: float,
    identity: Identity,
    dpi: int,
    rng: np.random.Generator,
) -> Page:
    ask, own = _ASKED[material]
    page = Page(*A4, dpi, rng, draw_style(rng, hand_share=hand))
    page.truth.materials = [material]
    form = ask(identity, rng)
    sheet(page, form)
    group, item = form.chosen
    page.note("apply_items", group + item if material == "M-FM-04" else item)
    page.note("signature_present", "true")
    _note_reason(page, form)
    return sheets.keep(page, (*_COMMON, *own, "reason") if material == "M-FM-04" else (*_COMMON, *own))


def _note_reason(page: Page, form: Form) -> None:
    """The ticked cause, where the form asks for one."""
    for section in form.sections:
        for _, cell in (pair for line in section.lines for pair in line):
            if isinstance(cell, Ticks) and cell.options[0][0] in _CAUSES:
                page.note("reason", next(caption for caption, ticked in cell.options if ticked))


def registration_application_provincial(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-01", sheets.provincial, 0.25, identity, dpi, rng)


def registration_application_older(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-01", sheets.older, 0.65, identity, dpi, rng)


def change_application_standard(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-02", sheets.standard, 0.35, identity, dpi, rng)


def change_application_printed(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-02", sheets.system_print, 0.1, identity, dpi, rng)


def change_application_provincial(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-02", sheets.provincial, 0.25, identity, dpi, rng)


def change_application_older(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-02", sheets.older, 0.65, identity, dpi, rng)


def mortgage_application_standard(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-03", sheets.standard, 0.35, identity, dpi, rng)


def mortgage_application_printed(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-03", sheets.system_print, 0.1, identity, dpi, rng)


def mortgage_application_provincial(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-03", sheets.provincial, 0.25, identity, dpi, rng)


def mortgage_application_older(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-03", sheets.older, 0.65, identity, dpi, rng)


def plate_application_standard(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-04", sheets.standard, 0.35, identity, dpi, rng)


def plate_application_printed(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-04", sheets.system_print, 0.1, identity, dpi, rng)


def plate_application_provincial(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-04", sheets.provincial, 0.25, identity, dpi, rng)


def plate_application_older(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    return _drawn("M-FM-04", sheets.older, 0.65, identity, dpi, rng)


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-FM-01": (registration_application_provincial, registration_application_older),
    "M-FM-02": (
        change_application_standard,
        change_application_printed,
        change_application_provincial,
        change_application_older,
    ),
    "M-FM-03": (
        mortgage_application_standard,
        mortgage_application_printed,
        mortgage_application_provincial,
        mortgage_application_older,
    ),
    "M-FM-04": (
        plate_application_standard,
        plate_application_printed,
        plate_application_provincial,
        plate_application_older,
    ),
}
