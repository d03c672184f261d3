"""More editions of 机动车查验记录表 and of the VIN rubbing (拓印膜), beside those of `inspection`.

Knows the forms' checks and fields. Where rubbing or photograph is pasted onto the form, the page proves these too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from ocr.synthetic import stamps
from ocr.synthetic.bodies import PAINT, SHAPES
from ocr.synthetic.close_ups import pencil_rubbing
from ocr.synthetic.identity import Identity
from ocr.synthetic.optics import developed
from ocr.synthetic.page import A4, Box, Label, Layout, Page, Row, Ticks, Value, dated
from ocr.synthetic.style import Style, draw_style
from ocr.synthetic.vehicle_views import vehicle_photo

_CHECKS = (
    "车辆识别代号",
    "发动机（驱动电机）号码",
    "车辆品牌/型号",
    "车身颜色",
    "核定载人数",
    "车辆类型",
    "号牌/车辆外观形状",
    "轮胎完好情况",
    "安全带、三角警告牌、反光背心",
    "外廓尺寸、轴数、轴距",
    "整备质量",
    "轮胎规格",
    "侧后部防护装置",
    "车身反光标识、尾部标志板、喷涂",
    "灭火器",
    "行驶记录装置、车内外录像监控",
    "应急出口、应急锤、乘客门",
    "外部标识、文字",
    "标志灯具、警报器",
    "检验合格证明",
)
_KINDS = (
    "注册登记",
    "转让登记",
    "转入",
    "变更迁出",
    "变更车身颜色",
    "更换车身或者车架",
    "更换发动机",
    "变更使用性质",
    "重新打刻VIN",
    "重新打刻发动机号",
    "更换整车",
    "申领登记证书",
    "补领登记证书",
    "监督解体",
    "其他",
)


def _kind(identity: Identity) -> str:
    return "注册登记" if identity.item == "V-REG-01" else "转让登记"


def _subject(page: Page, x: float, y: float, identity: Identity) -> None:
    """What the record is about: the plate, or the serial number where there is none yet."""
    if identity.item == "V-REG-01":
        page.field(x, y, Value(identity.transaction_number, "lsh"))
    else:
        page.field(x, y, Value(identity.vehicle.plate_no, "plate_no", pt=12))


def _plate_type(identity: Identity) -> Value:
    vehicle = identity.vehicle
    return Value(vehicle.plate_type_name, "plate_type", vehicle.plate_type, pt=10)


def _photo(rng: np.random.Generator, identity: Identity) -> Image.Image:
    vehicle = identity.vehicle
    shape = SHAPES[str(rng.choice(["saloon", "suv", "hatchback"]))]
    picture, _ = vehicle_photo(
        rng, shape, vehicle.plate_no, PAINT[vehicle.body_color], vehicle.electric, 45.0, "yard", 520, 390
    )
    return developed(picture, rng)


def _paste_photo(page: Page, box: Box, identity: Identity) -> None:
    page.paste(_photo(page.rng, identity), box)
    page.truth.materials.append("M-IP-04")
    page.note("body_color", identity.vehicle.body_color)


def _paste_rubbing(page: Page, box: Box, identity: Identity) -> None:
    strip = pencil_rubbing(page.rng, f"*{identity.vehicle.vin}*", carbon=bool(page.rng.random() < 0.15))
    turned = strip.rotate(
        float(page.rng.normal(0, 0.6)), Image.Resampling.BILINEAR, fillcolor=(250, 250, 250)
    )
    page.paste(turned, box)
    page.note("vin", identity.vehicle.vin, [box])
    page.truth.materials.append("M-IP-03")


def inspection_record_listed(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """查验记录表 with one list of checks at the left; conclusion, photograph and rubbing fields at the right."""
    page = Page(*A4, dpi, rng, draw_style(rng, hand_share=0.5))
    page.truth.materials = ["M-IP-02"]
    page.title(18, "机动车查验记录表", 19, spacing=1)
    page.text(16, 29, "号牌号码（流水号或其他与车辆能对应的号码）：", 9)
    _subject(page, 88, 29, identity)
    page.text(130, 29, "号牌种类：", 9)
    page.field(147, 29, _plate_type(identity))
    page.text(16, 37, "使用性质：", 9)
    page.field(33, 37, Value("非营运", "use_nature", identity.vehicle.use_nature, pt=10))
    page.text(60, 37, "业务类型：见下栏勾选", 9)
    kind = _kind(identity)
    page.grid(
        16, 42, [(25, [(18, "业务\n类型"), (160, Ticks([(name, name == kind) for name in _KINDS], pt=8.5))])]
    )
    page.note("biz_type_checked", kind)
    h = float(rng.uniform(8.2, 8.9))
    rows: list[Row] = [(h, [(9, "序号"), (62, "查 验 项 目"), (17, "判定")])]
    for index, name in enumerate(_CHECKS, 1):
        mark = "√" if index <= 9 or rng.random() < 0.1 else "/"
        rows.append(
            (
                h,
                [
                    (9, Label(str(index), 8.5)),
                    (62, Label(name, 8.5, "left")),
                    (17, Value(mark, align="center", role="serif")),
                ],
            )
        )
    bottom = page.grid(16, 67, rows)
    left, right = 104.0, 194.0
    page.box((left, 67, right, 100))
    page.text(left + 3, 73, "查验结论：", 10)
    page.field(left + 26, 73, Value("合格", "result", pt=13))
    page.text(left + 3, 84, "查验员：", 10)
    page.signature(left + 22, 84, identity.deal.inspector, 15)
    page.note("inspector", identity.deal.inspector)
    page.field(left + 40, 95, dated(identity.day, "inspect_date", pt=10))
    page.box((left, 100, right, 122))
    page.text(left + 3, 106, "复检结论：", 10)
    page.text(left + 3, 116, "复检查验员：　　　　　　年　月　日", 9)
    page.box((left, 122, right, 196))
    page.text(left + 3, 127, "车辆照片（粘贴处）", 9)
    if rng.random() < 0.6:
        _paste_photo(page, (left + 4, 131, right - 4, 131 + 82 * 0.75), identity)
    page.box((left, 196, right, bottom))
    page.text(left + 3, 202, "备注：", 9.5)
    page.box((16, bottom, right, bottom + 30))
    page.text(19, bottom + 5, "车辆识别代号（车架号）拓印膜", 9)
    pasted = rng.random() < 0.5
    if pasted:
        _paste_rubbing(page, (30, bottom + 8, 180, bottom + 27), identity)
    page.note("vin_rubbing_present", "true" if pasted else "false")
    if rng.random() < 0.6:
        stamps.press_round(page, left + 66, 86, "示例市公安局车辆管理所", "查验专用章", 32)
    return page


def inspection_record_2012(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The older record: serial number and bar code at the head, checks in three columns, rubbing in the middle."""
    style = replace(draw_style(rng, hand_share=0.5), label="serif", title="hei_heavy", line_mm=0.35)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-IP-02"]
    page.title(24, "机动车查验记录表", 23)
    page.text(20, 36, f"编号：{identity.transaction_number}", 9.5)
    kind = _kind(identity)
    rows: list[Row] = [
        (
            10,
            [
                (52, Label("号牌号码（流水号或其他\n与车辆能对应的号码）", 8.5)),
                (48, _head_value(identity)),
                (28, "号牌种类"),
                (46, _plate_type(identity)),
            ],
        ),
        (
            10,
            [
                (52, "使用性质"),
                (48, Value("非营运", "use_nature", identity.vehicle.use_nature)),
                (28, "申请业务"),
                (46, Value(kind, "biz_type_checked")),
            ],
        ),
    ]
    bottom = page.grid(18, 41, rows)
    checks: list[Row] = [(9, [(44, "查验项目"), (14, "判定")] * 3)]
    for index in range(0, 18, 3):
        cells = [(44.0, Label(name, 8.5, "left")) for name in _CHECKS[index : index + 3]]
        marks = [Value("√" if index < 9 else "—", align="center", role="serif") for _ in cells]
        checks.append(
            (10.5, [item for cell, mark in zip(cells, marks, strict=True) for item in (cell, (14.0, mark))])
        )
    bottom = page.grid(18, bottom + 2, checks)
    page.box((18, bottom + 2, 192, bottom + 40), mm=0.4)
    page.text(22, bottom + 8, "车辆识别代号（车架号）拓印膜粘贴区", 9.5)
    pasted = rng.random() < 0.75
    if pasted:
        _paste_rubbing(page, (28, bottom + 13, 182, bottom + 34), identity)
    page.note("vin_rubbing_present", "true" if pasted else "false")
    y = bottom + 42
    page.box((18, y, 192, y + 40), mm=0.4)
    page.text(22, y + 8, "查验结论（合格/不合格）：", 10.5)
    page.field(70, y + 8, Value("合格", "result", pt=14))
    page.text(22, y + 21, "查验员（签字）：", 10.5)
    page.signature(54, y + 21, identity.deal.inspector, 16)
    page.note("inspector", identity.deal.inspector)
    page.text(22, y + 33, "查验日期：", 10.5)
    page.field(44, y + 33, dated(identity.day, "inspect_date"))
    if rng.random() < 0.35:
        _paste_photo(page, (118, y + 3, 164, y + 3 + 46 * 0.75), identity)
    page.flow(
        20,
        y + 47,
        170,
        "说明：1.判定栏内，符合填“√”，不符合填“×”，无此项目填“—”。2.本表由查验员填写，随业务档案保存。",
        9,
    )
    return page


def _head_value(identity: Identity) -> Value:
    if identity.item == "V-REG-01":
        return Value(identity.transaction_number, "lsh")
    return Value(identity.vehicle.plate_no, "plate_no", pt=12)


def _tape(page: Page, x: float, y: float) -> None:
    """A strip of clear tape: slightly yellow, glossy at its edge."""
    page.box((x, y, x + 12, y + 7), mm=0, fill=(240, 236, 214))
    page.line(x, y, x + 12, y, 0.2, (252, 252, 246))


def rubbing_film(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The film alone under the scanner's lid: preprinted frame, number of the film, the rubbing."""
    page = Page(
        float(rng.uniform(190, 225)),
        float(rng.uniform(58, 84)),
        dpi,
        rng,
        Style(label="hei"),
        paper=(244, 244, 238),
    )
    page.truth.materials = ["M-IP-03"]
    ink = ((30, 80, 150), (60, 60, 60), (160, 40, 40))[int(rng.integers(3))]
    middle = page.height / 2
    page.box((5, 4, page.width - 5, page.height - 4), mm=0.5, ink=ink, radius=2)
    page.text(
        9,
        10,
        str(rng.choice(["车辆识别代号拓印膜", "机动车车辆识别代号（车架号）拓印膜", "拓印膜"])),
        10.5,
        "hei_heavy",
        ink,
    )
    page.text(page.width - 9, 10, f"拓印号 {rng.integers(100000, 999999)}", 9.5, "hei", ink, "rm")
    box = (14.0, middle - 9, page.width - 14, middle + 13)
    strip = pencil_rubbing(rng, f"*{identity.vehicle.vin}*" if rng.random() < 0.7 else identity.vehicle.vin)
    page.paste(strip, box)
    page.note("vin", identity.vehicle.vin, [box])
    if rng.random() < 0.5:
        page.text(
            9,
            page.height - 9,
            f"拓印人：{identity.deal.inspector}　　拓印日期：{identity.day:%Y-%m-%d}",
            9,
            ink=ink,
        )
    return page


def rubbing_both_numbers(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """VIN and engine number rubbed onto thin paper, taped onto a ruled sheet that is filled in by hand."""
    style = replace(draw_style(rng, hand_share=0.8), label="kai", title="hei_heavy", line_mm=0.2)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-IP-03"]
    vehicle, carbon = identity.vehicle, bool(rng.random() < 0.4)
    page.title(26, str(rng.choice(["车架号、发动机号拓印件", "拓印膜粘贴单", "车辆识别代号拓印资料"])), 19)
    page.text(26, 40, "号牌号码：", 11)
    page.field(46, 40, Value("" if identity.item == "V-REG-01" else vehicle.plate_no))
    page.text(112, 40, "流水号：", 11)
    page.field(128, 40, Value(identity.transaction_number))
    y = 52 + float(rng.uniform(0, 10))
    for name, text in (
        ("车辆识别代号（车架号）", vehicle.vin),
        ("发动机号码", f"{vehicle.engine_model}{vehicle.engine_no}"),
    ):
        page.text(24, y, f"{name}拓印处：", 11.5)
        wide = 150.0 if len(text) > 14 else 105.0
        box = (30.0, y + 8, 30 + wide, y + 8 + float(rng.uniform(20, 27)))
        page.paste(pencil_rubbing(rng, text, width=int(wide * 9.5), carbon=carbon), box)
        page.box(box, mm=0.15, ink=(200, 200, 196))
        for x in (box[0] - 6, box[2] - 6):
            _tape(page, x, box[1] - 2)
        if name.startswith("车辆"):
            page.note("vin", text, [box])
        y = box[3] + 22
    page.text(24, y, "以上拓印内容与实车一致。", 11.5)
    page.text(104, y + 14, "经办人：", 11.5)
    page.signature(122, y + 14, identity.deal.inspector, 16)
    page.field(122, y + 26, dated(identity.day, None))
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-IP-02": (inspection_record_listed, inspection_record_2012),
    "M-IP-03": (rubbing_film, rubbing_both_numbers),
}
