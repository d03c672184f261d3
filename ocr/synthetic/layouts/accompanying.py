"""Papers that travel with a vehicle: 车辆一致性证书 and 进口机动车辆随车检验单 (M-CT-04), 环保信息随车清单 (M-CT-05).

Knows their wording, numbering and how each edition is set out. Offices and numbers are invented on the spot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.customs import imported
from ocr.synthetic.layouts.prose import digits, pick
from ocr.synthetic.layouts.security_print import SERIAL_RED, bar_code, emblem, pale, wavy_ground
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, Ink, Style, draw_style

Entry = tuple[str, Value]

_STEEL: Ink = (52, 84, 128)
_LEAF: Ink = (40, 120, 70)


def _columns(
    page: Page,
    x: float,
    y: float,
    wide: float,
    entries: Sequence[Entry],
    step: float,
    pt: float,
    share: float = 0.46,
) -> float:
    """Label and value line by line; returns the y below."""
    for label, value in entries:
        page.paragraph((x, y - step / 2, x + wide * share, y + step / 2), label, pt)
        page.value((x + wide * share + 1, y - step / 2, x + wide, y + step / 2), value)
        y += step
    return y


def _conformity_of_type(identity: Identity, rng: np.random.Generator) -> list[Entry]:
    """What a 一致性证书 says, under the numbers of its standard."""
    vehicle = identity.vehicle
    length, width, height = vehicle.outline_dims.split("×")
    entries = [
        ("0.1 车辆生产企业名称：", Value(vehicle.manufacturer, "manufacturer")),
        ("0.2 车型系列代号/名称：", Value(vehicle.model[:4])),
        ("0.2.1 车辆型号：", Value(vehicle.model, "brand_model", vehicle.brand_model)),
        ("0.2.2 车辆中文品牌：", Value(vehicle.brand)),
        ("0.4 车辆类别：", Value("M1")),
        ("0.6 车辆识别代号：", Value(vehicle.vin, "vin", pt=11.5)),
        ("0.6.1 车辆识别代号的打刻位置：", Value("前地板右侧横梁上")),
        ("0.7 发动机编号：", Value(vehicle.engine_no)),
        ("1.1 车轴数量/车轮数量：", Value("2 / 4")),
        ("3 轴距(mm)：", Value("2700")),
        ("6.1 长度(mm)：", Value(length)),
        ("7.1 宽度(mm)：", Value(width)),
        ("8 高度(mm)：", Value(height)),
        ("13 行驶状态下带车身的车辆质量(kg)：", Value(str(vehicle.curb_mass))),
        ("14.1 额定总质量(kg)：", Value(str(vehicle.gross_mass))),
        ("21.1 发动机型号：", Value(vehicle.engine_model)),
        ("25 燃料种类：", Value(vehicle.fuel_type)),
        ("26 最大净功率(kW)：", Value(f"{vehicle.power:.0f}")),
        ("32 轮胎规格：", Value(vehicle.tyre_spec)),
        ("38 车身颜色：", Value(vehicle.body_color)),
        ("42.1 额定载客人数：", Value(str(vehicle.seating))),
        ("44 最高设计车速(km/h)：", Value(str(pick(rng, 165, 180, 195, 210)))),
    ]
    dropped = set(rng.choice(np.arange(6, 22), int(rng.integers(0, 5)), replace=False).tolist())
    return [entry for index, entry in enumerate(entries) if index not in dropped]


def consistency_certificate(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """车辆一致性证书: declaration on top, then the numbered list of the standard, signature and stamp."""
    style = draw_style(rng)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-CT-04"]
    vehicle, left = identity.vehicle, rng.uniform(20, 28)
    page.title(24, pick(rng, "车辆一致性证书", "车 辆 一 致 性 证 书"), 21)
    page.title(33, pick(rng, "第一部分　完整车辆", "适用于完整车辆（M1类）"), 12)
    page.text(130, 42, "编号：", 10.5)
    page.text(143, 42, f"{vehicle.model}{digits(rng, 6)}", 10.5)
    y = page.flow(
        left,
        51,
        205 - left * 2,
        "　　下列签署人证明：下述车辆在所有方面均与强制性产品认证证书描述的车型一致，可在中国注册登记。",
        10,
    )
    if rng.random() < 0.6:
        page.paste(figures.square_code(rng), (170, 14, 190, 34))
    step = rng.uniform(8.0, 8.8)
    y = _columns(
        page,
        left,
        y + 3,
        205 - left * 2,
        _conformity_of_type(identity, rng),
        step,
        10,
        rng.uniform(0.46, 0.52),
    )
    page.text(left, y + 8, "（地点）示例市", 10.5)
    page.text(92, y + 8, "（日期）", 10.5)
    page.field(107, y + 8, dated(vehicle.make_date, "issue_date", pick(rng, "iso", "chinese"), pt=10.5))
    page.text(left, y + 18, "（签名）", 10.5)
    page.signature(left + 16, y + 18, identity.deal.clerk, 15)
    page.text(92, y + 18, "（职务）认证负责人", 10.5)
    if rng.random() < 0.85:
        stamps.press_round(page, 158, y + 8, vehicle.manufacturer, pick(rng, "一致性证书专用章", ""), 40)
    return page


def import_inspection_slip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """进口机动车辆随车检验单 of inspection and quarantine: bilingual, emblem, framed list on tinted paper."""
    ink = pick(rng, _STEEL, (96, 120, 96), (150, 96, 60))
    style = replace(draw_style(rng, dots_share=0.5), label_ink=ink, line_ink=ink)
    page = Page(*A4, dpi, rng, style, paper=pale(ink, 0.94))
    page.truth.materials = ["M-CT-04"]
    it, vehicle = imported(identity, rng), identity.vehicle
    wavy_ground(page, (14, 14, 196, 283), ink, 5)
    page.box((12, 12, 198, 285), 0.6, ink)
    emblem(page, 32, 30, 20, ink)
    page.title(24, pick(rng, "中华人民共和国出入境检验检疫", "中华人民共和国海关"), 16, x=116)
    page.title(32, "ENTRY-EXIT INSPECTION AND QUARANTINE OF P.R.CHINA", 7.5, role="latin", x=116)
    page.title(45, "进口机动车辆随车检验单", 20, spacing=1)
    page.title(53, "INSPECTION CERTIFICATE FOR IMPORTED MOTOR VEHICLE", 8, role="latin")
    page.text(132, 63, "编号 No.：", 10)
    page.text(152, 63, f"{it.day:%y}{digits(rng, 11)}", 11, "digits", SERIAL_RED)
    entries: list[Entry] = [
        ("收货人 Consignee", Value(it.importer)),
        ("车辆名称 Name of vehicle", Value("小轿车")),
        ("商标/型号 Brand & Model", Value(f"{it.make}牌{it.model}", "brand_model")),
        ("制造厂 Manufacturer", Value(f"{it.make}汽车公司（{it.country}）", "manufacturer")),
        ("车辆识别代号 VIN", Value(vehicle.vin, "vin", pt=12)),
        ("发动机号 Engine No.", Value(vehicle.engine_no)),
        ("生产日期 Date of manufacture", Value(it.made)),
        ("产地 Country of origin", Value(f"{it.country} {it.english}")),
        ("入境口岸 Port of entry", Value(it.house)),
        ("入境日期 Date of entry", Value(it.day.isoformat())),
        ("3C证书编号 CCC certificate No.", Value(digits(rng, 16))),
    ]
    y = 72.0
    step = rng.uniform(11, 12.5)
    rows: list[Row] = [(step, [(58, Label(label, 9, "left")), (112, value)]) for label, value in entries]
    y = page.grid(20, y, rows)
    verdict = "检验结果：上述车辆经检验，符合中国国家安全技术规范的强制性要求，准予进口、销售和使用。"
    y = page.flow(22, y + 8, 164, verdict, 10.5)
    page.text(22, y + 16, "检验员 Inspector：", 10)
    page.signature(56, y + 16, identity.deal.inspector, 15)
    page.text(116, y + 26, "签发日期 Date：", 10)
    page.field(142, y + 26, dated(it.day, "issue_date", pick(rng, "iso", "chinese")))
    stamps.press_round(
        page, 160, y + 18, "示例" + pick(rng, "出入境检验检疫局", "海关"), pick(rng, "检验检疫专用章", ""), 40
    )
    return page


def consistency_certificate_table(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The certificate in two tabular columns with a bar code and a coloured head, as makers print it from systems."""
    ink = pick(rng, BLACK, _STEEL)
    style = Style(
        label="hei",
        title="hei_heavy",
        value=pick(rng, "hei", "typed"),
        label_choice=int(rng.integers(2)),
        line_mm=0.18,
        line_ink=ink,
    )
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-CT-04"]
    vehicle = identity.vehicle
    page.text(18, 20, vehicle.manufacturer, 10)
    page.text(18, 30, "车辆一致性证书", 18, "hei_heavy", ink)
    bar_code(page, (128, 14, 192, 30), vehicle.vin)
    page.line(18, 36, 192, 36, 0.8, ink)
    head: list[Row] = [
        (
            10,
            [(44, Label("车辆生产企业名称", 9, "left")), (130, Value(vehicle.manufacturer, "manufacturer"))],
        ),
        (
            10,
            [
                (44, Label("车辆识别代号", 9, "left")),
                (60, Value(vehicle.vin, "vin", pt=11.5)),
                (30, Label("签发日期", 9, "left")),
                (40, dated(vehicle.make_date, "issue_date", "iso")),
            ],
        ),
        (
            10,
            [
                (44, Label("车辆型号", 9, "left")),
                (60, Value(vehicle.model, "brand_model", vehicle.brand_model)),
                (30, Label("车辆品牌", 9, "left")),
                (40, Value(vehicle.brand)),
            ],
        ),
    ]
    y = page.grid(18, 42, head, border=0.5)
    rest = [
        (label.rstrip("："), value) for label, value in _conformity_of_type(identity, rng) if not value.code
    ]
    h = rng.uniform(10, 12)
    pairs: list[Row] = [
        (h, [(54, Label(a[0], 8.5, "left")), (33, a[1]), (54, Label(b[0], 8.5, "left")), (33, b[1])])
        for a, b in zip(rest[::2], rest[1::2], strict=False)
    ]
    y = page.grid(18, y + 4, pairs, border=0.5)
    y = page.flow(
        18, y + 8, 120, "备注：1.本证书随车交付用户，请妥善保管。2.本证书信息与车辆铭牌信息一致。", 9
    )
    page.text(18, y + 12, f"授权签字人：{identity.deal.clerk}", 10)
    stamps.press_round(page, 164, y + 6, vehicle.manufacturer, "一致性证书专用章", 38)
    return page


def inspection_slip_strip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """随车检验单, or the copy of a 一致性证书, as a half sheet: red serial, two columns of underlined gaps."""
    imports = rng.random() < 0.6
    style = replace(draw_style(rng, hand_share=0.1, dots_share=0.5), title="song_heavy")
    tall = rng.random() < 0.4
    page = Page(210, 297 if tall else 148, dpi, rng, style, paper=(253, 252, 246))
    page.truth.materials = ["M-CT-04"]
    it, vehicle, top = imported(identity, rng), identity.vehicle, (rng.uniform(4, 110) if tall else 0.0)
    page.title(top + 18, "进口机动车辆随车检验单" if imports else "车辆一致性证书（副本）", 18, spacing=1.5)
    page.title(top + 27, pick(rng, "（贸易性）", "（一车一单）", "第三联：登记"), 10)
    page.text(150, top + 27, "NO " + digits(rng, 8), 13, "digits", SERIAL_RED)
    model = Value(
        f"{it.latin} {it.model}" if imports else vehicle.model,
        "brand_model",
        None if imports else vehicle.brand_model,
    )
    maker = Value(
        f"{it.latin} MOTOR CO., {it.english}" if imports else vehicle.manufacturer, "manufacturer", pt=9.5
    )
    left: list[Entry] = [
        ("车辆型号", model),
        ("车架号(VIN)", Value(vehicle.vin, "vin")),
        ("制造厂商", maker),
        ("生产年月", Value(it.made)),
    ]
    right: list[Entry] = [
        ("发动机号", Value(vehicle.engine_no)),
        ("排量(ml)", Value(str(vehicle.displacement))),
        ("颜　　色", Value(vehicle.body_color)),
        ("合同号" if imports else "座位数", Value(it.contract if imports else str(vehicle.seating))),
    ]
    for column, entries in ((18, left), (114, right)):
        for row, (label, value) in enumerate(entries):
            y = top + 42 + row * 12
            page.text(column, y, label, 10.5)
            page.line(column + 26, y + 3.4, column + (88 if column == 18 else 78), y + 3.4, 0.15)
            page.value((column + 27, y - 5, column + (88 if column == 18 else 78), y + 5), value)
    page.flow(
        18,
        top + 94,
        170,
        "本车经检验合格，各项参数与申报资料一致。用户在质量保证期内发现质量问题，可凭本单申请检验出证。",
        10,
    )
    page.text(18, top + 122, "检验机构（章）", 10.5)
    page.text(112, top + 122, "签发日期", 10.5)
    page.field(
        132,
        top + 122,
        dated(it.day if imports else vehicle.make_date, "issue_date", pick(rng, "chinese", "dots")),
    )
    stamps.press_round(
        page, 62, top + 118, "示例进出口商品检验中心" if imports else vehicle.manufacturer, "检验专用章", 36
    )
    return page


def _environment(
    identity: Identity, rng: np.random.Generator
) -> tuple[str, str, str, list[tuple[str, list[Entry]]]]:
    """Title, disclosure number, declaration and groups of a 环保信息随车清单."""
    vehicle = identity.vehicle
    kind = "电动" if vehicle.electric else pick(rng, "轻型汽油车", "轻型汽油车", "轻型混合动力电动汽车")
    title = f"{'轻型电动汽车' if vehicle.electric else kind}环保信息随车清单"
    if rng.random() < 0.25:
        title = "机动车环保信息随车清单"
    stage = pick(rng, "国Ⅵ（b）", "第六阶段", "GB18352.6-2016 国六b", "国五")
    series = f"{digits(rng, 4)}{pick(rng, 'A', 'B', 'E')}{rng.integers(10, 99)}"
    number = (
        f"CN {pick(rng, 'QQ', 'ZC', 'JD')} G{pick(rng, 5, 6)} Z{rng.integers(1, 4)} {series} {digits(rng, 6)}"
    )
    statement = (
        f"{vehicle.manufacturer}声明：本清单为本企业依据《中华人民共和国大气污染防治法》和生态环境部相关规定公开的"
        "机动车环保信息，本企业对本清单所有内容的真实性、准确性、及时性和完整性负责。"
    )
    first: list[Entry] = [
        ("车辆型号", Value(vehicle.model, "brand_model", vehicle.brand_model)),
        ("商标", Value(vehicle.brand.removesuffix("牌"))),
        ("汽车分类", Value("M1")),
        ("排放阶段", Value(stage)),
        ("车型的识别方法和位置", Value("见整车铭牌")),
        ("车辆制造商名称", Value(vehicle.manufacturer, "manufacturer")),
        ("生产厂地址", Value("示例市演示区示范路1号")),
        ("车辆识别代号(VIN)", Value(vehicle.vin, "vin")),
    ]
    second: list[Entry] = [
        ("检验机构", Value("示例汽车检测中心有限公司")),
        ("常温下冷起动后排气污染物", Value("合格")),
        ("曲轴箱污染物排放", Value("合格")),
        ("蒸发污染物排放", Value("/" if vehicle.electric else "合格")),
        ("双怠速/自由加速试验", Value(pick(rng, "合格", "CO 0.1%　HC 12ppm"))),
    ]
    third: list[Entry] = [
        ("发动机/驱动电机型号", Value(vehicle.engine_model)),
        ("生产厂", Value("示例动力总成有限公司")),
        ("催化转化器型号", Value("/" if vehicle.electric else f"TWC-{digits(rng, 4)}")),
        ("氧传感器型号", Value("/" if vehicle.electric else f"OS{digits(rng, 3)}")),
        ("OBD系统供应商", Value("样本电控系统有限公司")),
        ("ECU型号", Value(f"ME{digits(rng, 3)}")),
    ]
    groups = [
        ("第一部分　车辆信息", first),
        ("第二部分　检验信息", second),
        ("第三部分　污染控制技术信息", third),
    ]
    return title, number, statement, groups


def _disclosure(number: str, **options: object) -> Value:
    return Value(number, "env_info_no", number, **options)  # type: ignore[arg-type]


def environment_list(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """环保信息随车清单 as a list: title, disclosure number, declaration, three parts, code and seal."""
    style = draw_style(rng)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-CT-05"]
    title, number, statement, groups = _environment(identity, rng)
    left, pt = rng.uniform(20, 27), rng.uniform(9.5, 10.5)
    page.title(24, title, 18 if len(title) < 16 else 15, spacing=0.5)
    code_left = rng.random() < 0.3
    page.text(62 if code_left else left, 36, "信息公开编号：", 11)
    page.field((62 if code_left else left) + 27, 36, _disclosure(number, pt=11))
    page.paste(figures.square_code(rng), (18, 12, 40, 34) if code_left else (172, 10, 194, 32))
    y = page.flow(left, 46, 208 - left * 2, "　　" + statement, pt)
    counter, step = 1, rng.uniform(7.6, 8.6)
    for heading, entries in groups:
        page.text(left, y + 2, heading, 11.5, style.title)
        y += step + 1
        numbered = [(f"{counter + index}. {label}：", value) for index, (label, value) in enumerate(entries)]
        counter += len(entries)
        y = _columns(page, left + 3, y, 200 - left * 2, numbered, step, pt, 0.42) + 1
    page.text(108, y + 8, identity.vehicle.manufacturer, 10.5)
    page.text(128, y + 16, chinese_date(identity.vehicle.make_date), 10.5)
    stamps.press_round(
        page, 150, y + 10, identity.vehicle.manufacturer, pick(rng, "环保信息公开专用章", ""), 40
    )
    return page


def environment_table(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The list as one ruled table with part headings in bands, and the number in its own row."""
    style = Style(
        label="song",
        title=pick(rng, "hei_heavy", "song_heavy"),
        value="song",
        label_choice=int(rng.integers(2)),
        value_choice=int(rng.integers(2)),
    )
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-CT-05"]
    title, number, statement, groups = _environment(identity, rng)
    h = rng.uniform(8.2, 9.2)
    rows: list[Row] = [
        (12, [(174, Label(title, 15, role=style.title))]),
        (h, [(44, "信息公开编号"), (130, _disclosure(number))]),
        (20, [(174, Label(statement, 9, "left"))]),
    ]
    for heading, entries in groups:
        rows.append((h, [(174, Label(heading, 10.5, role="hei_heavy"))]))
        rows += [(h, [(64, Label(label, 9.5)), (110, value)]) for label, value in entries]
    y = page.grid(18, rng.uniform(14, 22), rows, border=0.6)
    page.paste(figures.square_code(rng), (22, y + 4, 42, y + 24))
    page.text(48, y + 10, "扫描二维码查询环保信息", 9)
    page.text(48, y + 18, "制造商（盖章）：", 10)
    stamps.press_round(page, 132, y + 12, identity.vehicle.manufacturer, diameter=36)
    return page


def environment_columns(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A compact landscape print with a green head: vehicle at the left, tests and techniques at the right."""
    ink = pick(rng, _LEAF, (30, 90, 130))
    style = Style(
        label="hei",
        title="hei_heavy",
        value="hei",
        label_choice=int(rng.integers(2)),
        line_ink=ink,
        line_mm=0.2,
    )
    page = Page(297, 210, dpi, rng, style)
    page.truth.materials = ["M-CT-05"]
    title, number, statement, groups = _environment(identity, rng)
    page.box((12, 12, 285, 30), 0, fill=pale(ink, 0.85))
    page.text(18, 21, title, 17, "hei_heavy", ink)
    page.text(279, 21, "随车携带　请勿遗失", 9, anchor="rm")
    page.text(18, 38, "信息公开编号", 10)
    page.field(44, 38, _disclosure(number, pt=11, role="typed"))
    step = rng.uniform(9.5, 11)
    page.text(18, 50, groups[0][0][5:], 11.5, "hei_heavy", ink)
    y = _columns(page, 18, 59, 124, groups[0][1], step, 9.5, 0.36)
    page.paragraph((18, y, 142, y + 24), "企业声明：" + statement, 8.5)
    page.line(148, 46, 148, 176, 0.2)
    y = 50.0
    for heading, entries in groups[1:]:
        page.text(154, y, heading[5:], 11.5, "hei_heavy", ink)
        y = _columns(page, 154, y + 8, 126, entries, 8.6, 9, 0.44) + 3
    page.paste(figures.square_code(rng), (18, 180, 38, 200))
    page.text(44, 186, identity.vehicle.manufacturer, 10)
    page.text(44, 194, f"打印日期 {identity.vehicle.make_date}", 9)
    if rng.random() < 0.7:
        stamps.press_round(page, 236, 178, identity.vehicle.manufacturer, diameter=38)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-CT-04": (
        consistency_certificate,
        import_inspection_slip,
        consistency_certificate_table,
        inspection_slip_strip,
    ),
    "M-CT-05": (environment_list, environment_table, environment_columns),
}
