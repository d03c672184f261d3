"""The end of a vehicle: 报废机动车回收证明, 机动车灭失证明.

Knows how these papers look in their editions. Knows no rules of cancelling a registration.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
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
    vertical,
)
from ocr.synthetic.layouts.prose import UNDERLINED, WRITTEN, Part, prose
from ocr.synthetic.page import A4, Label, Layout, Page, Ticks, Value, dated

_RECYCLERS = (
    "示例市报废汽车回收拆解有限公司",
    "示例市绿源再生资源（演示）有限公司",
    "演示区物资再生回收利用有限公司",
    "样本报废机动车回收拆解有限公司",
)

_PARTS = ("发动机", "方向机", "变速器", "前后桥", "车架")

_KINDS = ("小型轿车", "小型普通客车", "轻型普通货车")


def _scrap_values(identity: Identity, rng: np.random.Generator) -> dict[str, Value]:
    vehicle, owner = identity.vehicle, identity.owner
    return {
        "number": Value(f"{identity.day.year}31{digits(rng, 8)}", "recycle_cert_no", pt=12),
        "owner": Value(owner.name, "owner_name"),
        "id": Value(owner.id_number, pt=10),
        "address": Value(owner.address, pt=9.5),
        "phone": Value(owner.phone, pt=10),
        "plate": Value(vehicle.plate_no, "plate_no", pt=11),
        "kind": Value(pick(rng, _KINDS), pt=10),
        "model": Value(vehicle.brand_model, pt=9.5),
        "vin": Value(vehicle.vin, "vin", pt=11),
        "engine": Value(vehicle.engine_no, "engine_no", pt=10.5),
        "registered": dated(vehicle.reg_date, None, "iso", pt=10),
        "handed": dated(identity.deal.invoice_date, None, "iso", pt=10),
        "mass": Value(str(vehicle.curb_mass), pt=10),
        "recycler": Value(pick(rng, _RECYCLERS), "recycler_name", pt=10.5),
        "issued": dated(identity.day, "issue_date", pick(rng, ("iso", "chinese"))),
    }


def scrap_certificate_online(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """报废机动车回收证明 as the recyclers' information system prints it, code in the corner."""
    page = sheet("M-SC-01", dpi, rng)
    v = _scrap_values(identity, rng)
    x, y = rng.uniform(15, 21), rng.uniform(20, 34)
    width, h = 210 - 2 * x, rng.uniform(9, 11.5)
    heading(page, y, ("报废机动车回收证明", "报废机动车回收证明（副本）"), 20)
    serial(page, x + width, y + 12, v["number"], pick(rng, ("编号：", "No", "证明编号：")), "rm")
    complete = Ticks([(part, True) for part in _PARTS], 9)
    rows: list[list[Entry]] = [
        [("机动车所有人", v["owner"]), ("联系电话", v["phone"])],
        [("身份证件号码/\n统一社会信用代码", v["id"])],
        [("住所地址", v["address"])],
        [("号牌号码", v["plate"]), ("车辆类型", v["kind"])],
        [("品牌型号", v["model"]), ("使用性质", Value("非营运"))],
        [("车辆识别代号\n（车架号）", v["vin"])],
        [("发动机号码\n（电动机号码）", v["engine"]), ("整备质量(kg)", v["mass"])],
        [("注册登记日期", v["registered"]), ("交售日期", v["handed"])],
        [("五大总成", complete)],
    ]
    if identity.vehicle.electric:
        rows.append([("动力蓄电池", Value("有　编码：00PPB" + digits(rng, 12), pt=10))])
    rows += [
        [("回收企业名称", v["recycler"])],
        [("资质认定书编号", Value(f"示商报废认定〔{rng.integers(10, 99)}〕号", pt=10))],
        [("经办人", Value(identity.deal.clerk)), ("打印日期", v["issued"])],
    ]
    bottom = table(page, x, y + 17, width, rows, label=34, height=h)
    page.text(x + 6, bottom + 12, "回收企业（盖章）：", 11)
    stamps.press_round(page, x + 58, bottom + 18, v["recycler"].text, pick(rng, ("业务专用章", "")), 42)
    if rng.random() < 0.7:
        page.paste(figures.square_code(rng), (x + width - 34, bottom + 5, x + width - 6, bottom + 33))
        page.text(x + width - 20, bottom + 36, "扫码验证", 8, anchor="mm")
    notes(
        page,
        x,
        bottom + 46,
        width,
        (
            "本证明由报废机动车回收企业通过全国汽车流通信息管理系统出具。",
            "本证明一式三份：机动车所有人一份，公安机关交通管理部门一份，回收企业留存一份。",
            "机动车所有人凭本证明办理机动车注销登记。",
        )[: int(rng.integers(1, 4))],
    )
    return page


def scrap_certificate_carbon(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """报废汽车回收证明 of the older edition: a carbon set, red number, amount, the copy named at its edge."""
    paper = pick(rng, ((248, 236, 238), (238, 246, 238), (252, 250, 240), (255, 255, 255)))
    whole = rng.random() < 0.5
    page = sheet("M-SC-01", dpi, rng, (216, 148) if not whole else A4, hand=0.45, dots=0.35, paper=paper)
    v = _scrap_values(identity, rng)
    x, y = rng.uniform(12, 16), rng.uniform(13, 16) + (rng.uniform(0, 90) if whole else 0)
    heading(page, y, ("报废汽车回收证明", "报 废 机 动 车 回 收 证 明", "报废机动车回收证明"), 17)
    serial(page, x + 178, y + 8, v["number"], "№", "rm")
    page.text(x, y + 8, "交售日期：", 9.5)
    page.field(x + 17, y + 8, v["handed"])
    tons, price = rng.uniform(0.9, 1.9), int(rng.integers(4, 19)) * 100
    rows: list[list[Entry]] = [
        [("车主名称", v["owner"]), ("身份证号码", v["id"])],
        [("地　　址", v["address"]), ("联系电话", v["phone"])],
        [("号牌号码", v["plate"]), ("车辆类型", v["kind"])],
        [("厂牌型号", v["model"]), ("登记日期", v["registered"])],
        [("发动机号", v["engine"]), ("车架号码", v["vin"])],
        [("重　量(吨)", Value(f"{tons:.2f}")), ("单　价(元)", Value(f"{price / tons:.0f}"))],
        [("金额大写", Value(in_capitals(price))), ("残值合计", Value(f"¥{price}.00"))],
        [("回收企业", v["recycler"]), ("开具日期", v["issued"])],
    ]
    bottom = table(page, x, y + 12, 180, rows, label=22, height=rng.uniform(8.6, 10))
    for place, (caption, name) in enumerate((("开票人", identity.deal.clerk), ("经办人", "甄样"))):
        page.text(x + 4 + place * 62, bottom + 7, caption + "：", 9.5)
        page.signature(x + 18 + place * 62, bottom + 7, name, 13)
    page.text(x + 122, bottom + 7, "企业（盖章）", 9.5)
    stamps.press_round(page, x + 142, bottom - 4, v["recycler"].text, "", 38)
    copy = pick(rng, ("第三联　交公安交通管理部门", "第二联　交车管所办理注销", "副本　交车辆管理所存档"))
    vertical(page, x + 186, y + 16, copy, 8.5, page.style.label_ink)
    return page


def scrap_certificate_counterfoil(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The certificate as a letter with blanks below the counterfoil from which it is torn."""
    page = sheet("M-SC-01", dpi, rng, hand=0.6)
    v = _scrap_values(identity, rng)
    x = rng.uniform(20, 26)
    width = 210 - 2 * x
    heading(page, 20, ("报废机动车回收证明（存根）",), 14)
    counter: list[Part] = [
        "车主",
        Value(v["owner"].text),
        "　号牌号码",
        Value(v["plate"].text),
        "　交售日期",
        v["handed"],
    ]
    y = prose(page, x, 32, width, counter, 11, values=UNDERLINED, indent=False)
    tear = y + rng.uniform(8, 20)
    tear_line(page, tear, f"示回字第　{v['number'].text[-6:]}　号")
    y = tear + rng.uniform(18, 26)
    heading(page, y, ("报废机动车回收证明", "报废汽车回收证明"), 22)
    serial(page, 210 - x, y + 13, v["number"], pick(rng, ("证明编号", "编号")), "rm")
    office = pick(rng, ("示例市公安局交警支队车辆管理所", "示例市公安局车辆管理所"))
    page.text(x, y + 25, office + "：", 13)
    parts: list[Part] = [
        "兹有机动车所有人",
        v["owner"],
        "，号牌号码",
        v["plate"],
        "，厂牌型号",
        v["model"],
        "，车辆识别代号（车架号）",
        v["vin"],
        "，发动机号码",
        v["engine"],
        "，已于",
        plain_date(identity.deal.invoice_date),
        "交售我公司，该车及其五大总成齐全，符合报废机动车回收规定，我公司已予回收并将依法拆解。\n特此证明。",
    ]
    y = prose(page, x, y + 36, width, parts, 13, rng.uniform(1.9, 2.2), values=UNDERLINED)
    closing(page, 146, y + 14, v["recycler"], plain_date(identity.day, "issue_date", 13), "回收专用章")
    page.text(x, y + 26, "经办人：", 11)
    page.signature(x + 18, y + 26, identity.deal.clerk)
    return page


def scrap_certificate_electronic(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The electronic certificate printed out: shaded sections, two columns, bar code on top, seal as a print."""
    page = sheet("M-SC-01", dpi, rng)
    v = _scrap_values(identity, rng)
    x, width = 16.0, 178.0
    barcode(page, x, 14, 54, 9, v["number"].text)
    page.text(x + width, 18, "全国汽车流通信息管理应用服务", 9, "hei", anchor="rm")
    heading(page, 38, ("报废机动车回收证明", "报废机动车回收证明（电子）"), 22, (24, 70, 120))
    page.text(x, 50, "回收证明编号：", 10, "hei")
    page.field(x + 26, 50, v["number"])
    page.text(x + 110, 50, "开具日期：", 10, "hei")
    page.field(x + 128, 50, v["issued"])
    sections: tuple[tuple[str, tuple[Entry, ...]], ...] = (
        (
            "一、车辆信息",
            (
                ("号牌号码", v["plate"]),
                ("车辆类型", v["kind"]),
                ("品牌型号", v["model"]),
                ("车身颜色", Value(identity.vehicle.body_color)),
                ("车辆识别代号", v["vin"]),
                ("发动机号码", v["engine"]),
                ("注册登记日期", v["registered"]),
                ("整备质量", Value(f"{identity.vehicle.curb_mass} 千克")),
            ),
        ),
        (
            "二、所有人信息",
            (
                ("所有人名称", v["owner"]),
                ("证件号码", v["id"]),
                ("联系电话", v["phone"]),
                ("联系地址", v["address"]),
            ),
        ),
        (
            "三、回收企业信息",
            (
                ("企业名称", v["recycler"]),
                ("经办人", Value(identity.deal.clerk)),
                ("交售日期", v["handed"]),
                ("车辆状态", Value(pick(rng, ("完整", "缺失部件：无")))),
            ),
        ),
    )
    y = 57.0
    for caption, entries in sections:
        page.box((x, y, x + width, y + 8), mm=0, fill=(222, 230, 240))
        page.text(x + 3, y + 4, caption, 11, "hei_heavy")
        rows = [list(entries[i : i + 2]) for i in range(0, len(entries), 2)]
        y = table(page, x, y + 8, width, rows, label=26, height=rng.uniform(9.5, 11), border=0.2) + 4
    page.paste(figures.square_code(rng), (x + 4, y + 4, x + 32, y + 32))
    page.flow(x + 38, y + 8, 66, "本证明为电子证明，与纸质证明具有同等效力，可扫描二维码查验真伪。", 9.5)
    page.text(x + 116, y + 12, "（回收企业电子印章）", 10)
    stamps.press_round(page, x + 142, y + 18, v["recycler"].text, "", 40)
    return page


_LOSSES = (
    ("因自燃失火全部烧毁", "失火", "示例市演示区消防救援大队", "本次火灾经我单位扑救并勘查认定"),
    ("因特大暴雨引发山洪被冲走且无法找回", "自然灾害", "示例市气象局", "该地当日出现特大暴雨，经核查"),
    ("因交通事故严重损毁，无修复价值", "交通事故", "示例市公安局交通警察支队事故处理大队", "经勘查"),
    ("因地质滑坡被掩埋，车体灭失", "自然灾害", "示例市演示区虚构街道办事处", "经社区走访核实"),
    ("因仓库火灾一并焚毁", "失火", "示例市演示区示范镇人民政府", "经本镇调查核实"),
)


def _loss_day(identity: Identity, rng: np.random.Generator) -> date:
    return identity.day - timedelta(days=int(rng.integers(10, 160)))


def lost_vehicle_letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车灭失证明: a letter of the street office, fire brigade, weather or traffic police."""
    page = sheet("M-SC-02", dpi, rng, hand=0.3)
    vehicle, owner = identity.vehicle, identity.owner
    reason, cause, issuer, finding = pick(rng, _LOSSES)
    x, y = rng.uniform(22, 32), rng.uniform(34, 50)
    width = 210 - 2 * x
    if rng.random() < 0.3:
        y = letterhead(page, 30, issuer) + 22
    heading(page, y, ("机动车灭失证明", "证　明", "关于机动车灭失的证明", "车辆灭失证明"), 21)
    if rng.random() < 0.7:
        page.text(x, y + 17, pick(rng, ("示例市公安局车辆管理所：", "车辆管理所：")), 13.5)
        y += 12
    parts: list[Part] = [
        "兹证明",
        Value(owner.name, "owner_name"),
        "（公民身份号码" if rng.random() < 0.6 else "（身份证号",
        Value(owner.id_number),
        "）所有的机动车，号牌号码为",
        Value(vehicle.plate_no, "plate_no"),
        "，车辆识别代号",
        Value(vehicle.vin, "vin"),
        "，于",
        plain_date(_loss_day(identity, rng)),
        "在示例市演示区境内",
        Value(reason, "lost_reason", cause),
        f"。{finding}，上述情况属实，该机动车已灭失。\n特此证明。",
    ]
    y = prose(
        page,
        x,
        y + 18,
        width,
        parts,
        13.5,
        rng.uniform(1.8, 2.2),
        values=UNDERLINED if rng.random() < 0.4 else WRITTEN,
    )
    day = plain_date(identity.day, "issue_date", 13.5, han=rng.random() < 0.3)
    closing(page, 142, y + rng.uniform(14, 30), Value(issuer, "issuer", pt=13.5), day)
    page.note("seal_present", "true")
    if rng.random() < 0.4:
        page.text(x, y + 56, f"联系人：{identity.deal.clerk}　　联系电话：021-0000{digits(rng, 4)}", 11)
    return page


def lost_vehicle_report(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same as a report in a frame: particulars, course, opinion of two offices."""
    page = sheet("M-SC-02", dpi, rng, hand=0.3)
    vehicle, owner = identity.vehicle, identity.owner
    reason, cause, issuer, finding = pick(rng, _LOSSES)
    heading(page, 28, ("机动车灭失证明表", "机动车灭失情况证明", "车辆灭失证明书"), 20)
    number = f"示灭证〔{identity.day.year}〕第{rng.integers(10, 400)}号"
    page.text(190, 39, number, 10.5, anchor="rm")
    day = plain_date(_loss_day(identity, rng)).text
    story = f"{day}，{owner.name}所有的{vehicle.plate_no}{vehicle.brand}轿车{reason}。{finding}，情况属实。"

    def opinion(page: Page, box: tuple[float, float, float, float]) -> None:
        page.flow(box[0] + 6, box[1] + 9, box[2] - box[0] - 12, "　　情况属实，同意出具机动车灭失证明。", 11)
        day = plain_date(identity.day, "issue_date", 11)
        closing(page, box[2] - 48, box[3] - 18, Value(issuer, "issuer", pt=11), day, "", 38)

    def scene(page: Page, box: tuple[float, float, float, float]) -> None:
        page.value((box[0] + 3, box[1] + 2, box[2] - 3, box[3] - 2), Value(story, pt=11))
        page.note("lost_reason", cause)

    rows: list[list[Entry]] = [
        [("机动车所有人", Value(owner.name, "owner_name")), ("联系电话", Value(owner.phone))],
        [("证件号码", Value(owner.id_number))],
        [("号牌号码", Value(vehicle.plate_no, "plate_no")), ("车辆类型", Value("小型轿车"))],
        [("车辆识别代号", Value(vehicle.vin, "vin", pt=11))],
        [("灭失经过", scene)],
        [("所有人声明", Label("　　以上情况属实，如有虚假愿承担法律责任。", 10.5, "left"))],
        [("证明单位意见", opinion)],
    ]
    bottom = table(page, 20, 46, 170, rows, 30, 11, {4: rng.uniform(40, 62), 5: 24, 6: 58})
    page.signature(140, bottom - 58 - 7, owner.name)
    page.note("seal_present", "true")
    notes(page, 20, bottom + 7, 170, ("本证明涂改无效，须加盖证明单位公章。",))
    return page


def lost_vehicle_finding(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """火灾事故认定书, 事故证明 or 气象证明 by whose finding the vehicle is lost: numbered points, two columns
    of particulars."""
    page = sheet("M-SC-02", dpi, rng)
    vehicle, owner = identity.vehicle, identity.owner
    reason, cause, issuer, finding = pick(rng, _LOSSES)
    y = 32.0
    page.title(y, issuer, 15, role="hei")
    page.title(y + 13, pick(rng, ("机动车灭失事实证明书", "机动车灭失认定证明")), 22, 1.5)
    page.text(184, y + 25, f"〔{identity.day.year}〕第{digits(rng, 5)}号", 11, anchor="rm")
    page.line(26, y + 30, 184, y + 30, 0.5)
    lines: tuple[Entry, ...] = (
        ("车辆号牌：", Value(vehicle.plate_no, "plate_no", pt=13)),
        ("厂牌型号：", Value(vehicle.brand_model, pt=13)),
        ("车架号码：", Value(vehicle.vin, "vin", pt=13)),
        ("所有人：", Value(owner.name, "owner_name", pt=13)),
        ("灭失原因：", Value(cause, "lost_reason", pt=13)),
    )
    for index, (caption, cell) in enumerate(lines):
        page.text(30, y + 41 + index * 10.5, caption, 13)
        if isinstance(cell, Value):
            page.field(58, y + 41 + index * 10.5, cell)
    y = page.flow(30, y + 98, 150, "一、基本事实", 13, "hei_heavy")
    day = plain_date(_loss_day(identity, rng)).text
    y = page.flow(30, y, 150, f"　　{day}，上述车辆{reason}，{finding}。", 13, leading=1.9)
    y = page.flow(30, y + 3, 150, "二、结论", 13, "hei_heavy")
    y = page.flow(30, y, 150, "　　该车主要总成已不存在，车辆灭失事实清楚，不能继续使用。", 13, leading=1.9)
    closing(
        page, 138, y + 22, Value(issuer, "issuer", pt=12), plain_date(identity.day, "issue_date", 12, True)
    )
    page.note("seal_present", "true")
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-SC-01": (
        scrap_certificate_online,
        scrap_certificate_carbon,
        scrap_certificate_counterfoil,
        scrap_certificate_electronic,
    ),
    "M-SC-02": (
        lost_vehicle_letter,
        lost_vehicle_report,
        lost_vehicle_finding,
    ),
}
