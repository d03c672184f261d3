"""Pages of no known type (M-OT-99): everyday papers, papers of words thrown together, pictures, scribbles.

They come in the arrangements, fonts, forms and seals of the known types, and some of their words are near: that
a page looks like a form of the office, or bears a seal, proves nothing. Knows no scanner and no real paper.

SPLIT keeps kinds apart: what is measured on was never trained on.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from ocr.synthetic import (
    composer,
    everyday_cards,
    everyday_charts,
    everyday_forms,
    everyday_money,
    neighbours,
    neighbours_invoices,
    neighbours_money,
    neighbours_offices,
    stamps,
    wording,
)
from ocr.synthetic.everyday_sheets import SHEETS
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Box, Page, Value
from ocr.synthetic.style import BLUE_INK, DARK_INK, Ink, Style, draw_style
from ocr.synthetic.wording import Entry, Variant, pick

Layout = Callable[[Identity, int, np.random.Generator], Page]

UNKNOWN = "M-OT-99"

_SUBJECTS = (
    "设备", "物资", "场地", "人员", "活动", "会员", "采购", "绿化", "食堂", "档案室", "培训", "仓库", "车棚", "班车",
    "停车", "装修", "图书", "健康", "安全", "消防", "宿舍", "项目", "资金", "文体", "考勤", "巡查", "来访", "证件",
    "工具", "样品", "质量", "客户", "租赁", "投诉", "回访", "退货", "快件", "实验", "水电", "保洁", "驾驶室", "运单",
)  # fmt: skip
_ACTIONS = (
    "使用", "领取", "借用", "检查", "登记", "变更", "申请", "验收", "交接", "维护", "处理", "反馈", "统计", "审核",
    "调整", "预约", "发放", "核对", "移交", "评价", "结算", "注销", "年检", "备案", "确认", "转让", "补办", "延期",
)  # fmt: skip
_FORMS = (
    "表",
    "单",
    "申请表",
    "登记表",
    "记录",
    "通知",
    "证明",
    "告知书",
    "报告",
    "清单",
    "协议",
    "凭证",
    "证",
    "函",
    "卡",
    "明细",
)
_LABELS = (
    "编号", "名称", "姓名", "日期", "部门", "规格", "数量", "金额", "备注", "联系电话", "身份证号", "地址", "车牌号",
    "经办人", "审核人", "单位", "型号", "有效期", "原因", "内容", "时间", "地点", "结果", "意见", "领导签字", "性别",
    "类别", "状态", "批次", "面积", "等级", "来源", "用途", "科室", "班组", "登记日期", "办理人", "证件号码",
)  # fmt: skip
_CONTENTS = (
    "<@day>", "<@number>", "<@person>", "<@firm>", "<phone>", "<address>", "<id_number>", "<plate_no>", "<@money>",
    "<@street>", "同意", "正常", "无", "合格", "已完成", "普通", "一级", "见附件", "", "", "12", "3件", "待定",
)  # fmt: skip
_PHRASES = (
    "请各部门认真填写，按时上报。", "以上内容属实。", "如有疑问请与<@person>联系，电话<phone>。", "特此通知。",
    "本单一式两份，双方各执一份。", "未尽事宜由双方协商解决。", "经<@firm>研究决定，自<@day>起执行。",
    "请妥善保管，遗失不补。",
    "兹有<@person>前来办理<@street>相关事项，请予接洽。", "车辆进出请主动出示证件。", "本表由综合科存档。",
)  # fmt: skip


def _everyday(name: str) -> Layout:
    """The layout of one kind of everyday paper."""

    def layout(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
        variant = pick(rng, wording.strangers()[name])
        return composer.compose_as(UNKNOWN, variant, composer.draw_kind(variant, rng), identity, dpi, rng)

    layout.__name__ = layout.__qualname__ = f"stranger_{name}"
    return layout


def _words(name: str, kinds: tuple[str, ...]) -> Layout:
    """Papers whose title and labels are words thrown together, in the given arrangements."""

    def layout(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
        variant = _thrown_together(rng, kinds)
        return composer.compose_as(UNKNOWN, variant, composer.draw_kind(variant, rng), identity, dpi, rng)

    layout.__name__ = layout.__qualname__ = f"stranger_{name}"
    return layout


def _thrown_together(rng: np.random.Generator, kinds: tuple[str, ...]) -> Variant:
    labels = rng.permutation(np.array(_LABELS))[: int(rng.integers(4, 20))]
    few = [pick(rng, _PHRASES) for _ in range(int(rng.integers(1, 5)))]
    return Variant(
        titles=(random_title(rng),),
        kinds=dict.fromkeys(kinds, 1.0),
        fields=(),
        others=tuple(Entry((str(label),), (pick(rng, _CONTENTS),)) for label in labels),
        ticks=(),
        text=tuple(few),
        notes=tuple(pick(rng, _PHRASES) for _ in range(int(rng.integers(3)))),
        issuers=("<@firm>", "<@city><@town>综合服务中心") if rng.random() < 0.6 else (),
        seals=("-", "业务专用章") if rng.random() < 0.5 else (),
        signers=("经办人", "负责人")[: int(rng.integers(3))],
        presence=frozenset(),
    )


def random_title(rng: np.random.Generator) -> str:
    """A title that sounds like an office's and is none of a known type."""
    while True:
        title = pick(rng, _SUBJECTS) + pick(rng, _ACTIONS) + pick(rng, _FORMS)
        if rng.random() < 0.2:
            title = pick(rng, _SUBJECTS) + title
        if not any(title in known or known in title for known in wording.headings()):
            return title


# Sheets without known words -----------------------------------------------------------------------------------


def _plain(dpi: int, rng: np.random.Generator, style: Style | None = None) -> Page:
    page = Page(*(A4 if rng.random() < 0.75 else A4[::-1]), dpi, rng, style or draw_style(rng, 0.3))
    page.truth.materials = [UNKNOWN]
    return page


def scribbles(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Loops and strokes of a pen, perhaps with a few words."""
    page = _plain(dpi, rng)
    for _ in range(int(rng.integers(2, 12))):
        ink = pick(rng, (BLUE_INK, DARK_INK, (150, 30, 30)))
        start, spread = rng.uniform(20, 180, 2), rng.uniform(4, 26)
        steps = np.cumsum(rng.normal(0, spread / 5, (int(rng.integers(8, 50)), 2)), axis=0)
        path = np.clip(start + steps, 3, (page.width - 3, page.height - 3))
        page.pen.line(
            [(page.px(x), page.px(y)) for x, y in path], fill=ink, width=max(1, page.px(0.5)), joint="curve"
        )
    if rng.random() < 0.5:
        page.write(
            30, 40, pick(rng, ("待办", "明天", "电话 3301", "取件", "已看", "3×12=36")), 26, "hand", hand=True
        )
    return page


def empty_form(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A ruled table nobody has filled in, with or without a title."""
    page = _plain(dpi, rng)
    if rng.random() < 0.5:
        page.title(20, random_title(rng), float(rng.integers(14, 24)))
    left, right = 16.0, page.width - 16
    columns = np.sort(rng.uniform(left + 15, right - 15, int(rng.integers(1, 7))))
    y, deep = 32.0, float(rng.uniform(6, 16))
    labelled = rng.random() < 0.6
    while y + deep < page.height - 15:
        page.line(left, y, right, y)
        if labelled:
            page.text(left + 1.5, y + deep / 2, pick(rng, _LABELS), 9)
        y += deep
    page.line(left, y, right, y)
    for x in (left, *columns, right):
        page.line(float(x), 32, float(x), y)
    return page


def ruled_paper(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Lined or squared paper with a little handwriting."""
    style = Style(
        hand=True, value="hand", value_ink=pick(rng, (BLUE_INK, DARK_INK)), value_choice=int(rng.integers(3))
    )
    page = _plain(dpi, rng, style)
    gap, ink = float(rng.uniform(7, 12)), pick(rng, ((170, 190, 214), (214, 170, 170), (180, 200, 180)))
    for y in np.arange(25, page.height - 10, gap):
        page.line(12, float(y), page.width - 12, float(y), 0.2, ink)
    if rng.random() < 0.3:
        for x in np.arange(12, page.width - 11, gap):
            page.line(float(x), 25, float(x), page.height - 12, 0.2, ink)
    words = wording.strangers()["book_page"][0].text
    for line in range(int(rng.integers(1, 10))):
        text = pick(rng, words)[: int(rng.integers(5, 18))]
        page.field(18 + float(rng.uniform(0, 6)), 25 + gap * (line + 0.55), Value(text, pt=15))
    return page


def chart(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Bars or a curve over axes, as reports have them."""
    page = _plain(dpi, rng)
    page.title(
        22, pick(rng, ("月度销量统计", "气温变化曲线", "客流量分析", "能耗对比图", "各区人口构成")), 18
    )
    left, bottom, wide, high = 30.0, page.height * 0.6, page.width - 60, page.height * 0.4
    page.line(left, bottom, left + wide, bottom, 0.5)
    page.line(left, bottom, left, bottom - high, 0.5)
    heights = rng.uniform(0.1, 0.95, int(rng.integers(5, 13))) * high
    step = wide / len(heights)
    if rng.random() < 0.6:
        for index, tall in enumerate(heights):
            x = left + (index + 0.2) * step
            page.box((x, bottom - float(tall), x + step * 0.6, bottom), 0, fill=_ink(rng))
    else:
        points = [
            (page.px(left + (i + 0.5) * step), page.px(bottom - float(t))) for i, t in enumerate(heights)
        ]
        page.pen.line(points, fill=_ink(rng), width=max(2, page.px(0.7)))
    for index in range(len(heights)):
        page.text(left + (index + 0.5) * step, bottom + 5, f"{index + 1}月", 8, anchor="mm")
    page.flow(
        left, bottom + 18, wide, "由图可见，全年数据总体平稳，第三季度略有上升，主要受季节因素影响。", 11
    )
    return page


def street_map(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A town plan: streets, blocks, a river and names."""
    page = _plain(dpi, rng, Style(label="hei"))
    page.box((8, 8, page.width - 8, page.height - 8), fill=(244, 240, 228))
    xs = np.arange(8, page.width - 7, 6)
    ys = page.height * 0.5 + 30 * np.sin(xs / 40 + rng.uniform(0, 6))
    river = [(page.px(x), page.px(y)) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    page.pen.line(river, fill=(160, 196, 226), width=page.px(9))
    for _ in range(int(rng.integers(6, 14))):
        x, y = float(rng.uniform(12, page.width - 14)), float(rng.uniform(12, page.height - 14))
        wide, ink = float(rng.uniform(1, 4)), pick(rng, ((255, 255, 255), (250, 214, 130)))
        if rng.random() < 0.5:
            page.line(8, y, page.width - 8, y + float(rng.uniform(-14, 14)), wide, ink)
        else:
            page.line(x, 8, x + 8, page.height - 8, wide, ink)
        page.text(
            min(x, page.width - 40),
            y,
            pick(rng, ("样例路", "示范路", "演示大道", "虚构公园", "假想广场")),
            8,
        )
    return page


def floor_plan(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Rooms, walls and measures of a flat."""
    page = _plain(dpi, rng, Style(label="hei"))
    page.title(18, pick(rng, ("三号楼标准层平面图", "户型图", "消防疏散示意图", "展位分布图")), 16)
    xs, ys = np.sort(rng.uniform(25, page.width - 25, 4)), np.sort(rng.uniform(35, page.height - 35, 4))
    for i in range(3):
        for j in range(3):
            if rng.random() < 0.85:
                box = tuple(float(v) for v in (xs[i], ys[j], xs[i + 1], ys[j + 1]))
                page.box(box, 1.0)  # type: ignore[arg-type]
                page.text(
                    (box[0] + box[2]) / 2,
                    (box[1] + box[3]) / 2,
                    pick(rng, ("卧室", "客厅", "厨房", "库房", "走廊")),
                    9,
                    anchor="mm",
                )
    return page


def stamped_blank(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """An empty or all but empty sheet with a seal and perhaps a date: a seal alone proves nothing."""
    page = _plain(dpi, rng)
    for _ in range(int(rng.integers(1, 3))):
        at = float(rng.uniform(40, page.width - 40)), float(rng.uniform(40, page.height - 40))
        stamps.press_round(
            page, *at, pick(rng, ("示例市虚构科技股份有限公司", "演示区样本物流有限公司")), "", 40
        )
    if rng.random() < 0.5:
        page.text(page.width - 60, page.height - 30, f"{identity.day:%Y年%m月%d日}", 12)
    return page


# Pictures -----------------------------------------------------------------------------------------------------


def _pictured(paint: Callable[[np.random.Generator, int, int], np.ndarray], name: str) -> Layout:
    """A picture alone, on white with a margin, or with a caption."""

    def layout(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
        page = _plain(dpi, rng)
        edge = float(rng.choice([0, 8, 25]))
        high = page.height - 2 * edge if rng.random() < 0.5 else page.height * float(rng.uniform(0.35, 0.7))
        box: Box = (edge, edge, page.width - edge, min(edge + high, page.height - edge))
        picture = paint(rng, 420, round(420 * (box[3] - box[1]) / (box[2] - box[0])))
        picture = picture + rng.normal(0, 5, picture.shape[:2])[..., None]
        page.paste(Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)), box)
        if box[3] < page.height - 30 and rng.random() < 0.5:
            caption = pick(rng, ("图1　现场照片", "游览留念", "施工前后对比", "样品照片", "拍摄日期：<d>"))
            page.text(
                page.width / 2,
                box[3] + 8,
                caption.replace("<d>", f"{identity.day:%Y.%m.%d}"),
                11,
                anchor="mm",
            )
        return page

    layout.__name__ = layout.__qualname__ = f"stranger_{name}"
    return layout


def _ink(rng: np.random.Generator) -> Ink:
    red, green, blue = (int(v) for v in rng.integers(30, 225, 3))
    return red, green, blue


def _smooth(rng: np.random.Generator, wide: int, high: int, cells: int) -> np.ndarray:
    """Cloudy grey between 0 and 1."""
    coarse = rng.random((cells, cells)).astype(np.float32)
    return np.clip(cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC), 0, 1)


def _landscape(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """Sky over hills over a field."""
    down = np.linspace(0, 1, high)[:, None, None]
    picture = np.array([150, 190, 230]) * (1 - down) + np.array([226, 226, 214]) * down
    picture = np.repeat(picture, wide, axis=1) + 26 * _smooth(rng, wide, high, 5)[..., None]
    for depth in range(3):
        ridge = high * (0.45 + 0.17 * depth) - high * 0.16 * _smooth(rng, wide, 1, 6)[0]
        below = np.arange(high)[:, None] > ridge[None, :]
        shade = np.array([110, 140, 120]) * (1 - 0.25 * depth) + rng.uniform(-25, 25, 3)
        picture[below] = shade + 40 * (_smooth(rng, wide, high, 60)[below, None] - 0.5)
    return picture


def _texture(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """Cloth, wood or wall from near."""
    ys, xs = np.mgrid[0:high, 0:wide]
    cloud = _smooth(rng, wide, high, int(rng.integers(4, 40)))
    waves = np.sin((xs * rng.uniform(0, 0.5) + ys * rng.uniform(0, 0.5)) + cloud * rng.uniform(0, 14))
    base = rng.uniform(70, 200, 3)
    return base + (waves * rng.uniform(8, 40))[..., None] + (cloud * 60 - 30)[..., None]


def _objects(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """Boxes, balls and bottles on a table."""
    picture = np.empty((high, wide, 3), np.float32)
    picture[:] = rng.uniform(150, 230, 3)
    picture[int(high * rng.uniform(0.4, 0.65)) :] = rng.uniform(80, 170, 3)
    for _ in range(int(rng.integers(2, 8))):
        ink = tuple(float(v) for v in rng.uniform(20, 235, 3))
        x, y, size = (
            rng.uniform(0.1, 0.9) * wide,
            rng.uniform(0.35, 0.85) * high,
            rng.uniform(0.06, 0.2) * wide,
        )
        if rng.random() < 0.5:
            cv2.circle(picture, (int(x), int(y)), int(size), ink, -1)
            cv2.circle(
                picture,
                (int(x - size * 0.3), int(y - size * 0.3)),
                max(int(size * 0.2), 1),
                (250, 250, 250),
                -1,
            )
        else:
            deep = size * rng.uniform(0.5, 2.5)
            cv2.rectangle(picture, (int(x - size), int(y - deep)), (int(x + size), int(y + size)), ink, -1)
    return cv2.GaussianBlur(picture, (0, 0), 1.5) * (0.75 + 0.4 * _smooth(rng, wide, high, 3))[..., None]


def _building(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A house front with rows of windows over a street."""
    picture = np.repeat(np.linspace(225, 170, high)[:, None], wide, axis=1)[..., None].repeat(3, axis=2)
    picture = picture.astype(np.float32)
    left, right, top = (
        int(wide * rng.uniform(0.03, 0.25)),
        int(wide * rng.uniform(0.7, 0.97)),
        int(high * 0.15),
    )
    picture[top : int(high * 0.85), left:right] = rng.uniform(120, 215, 3)
    picture[int(high * 0.85) :] = rng.uniform(80, 120, 3)
    rows, columns = int(rng.integers(3, 8)), int(rng.integers(3, 9))
    for row in range(rows):
        for column in range(columns):
            x = left + (right - left) * (column + 0.25) / columns
            y = top + (high * 0.7) * (row + 0.2) / rows
            size = (int(x + (right - left) * 0.5 / columns), int(y + high * 0.42 / rows))
            cv2.rectangle(
                picture, (int(x), int(y)), size, tuple(float(v) for v in rng.uniform(40, 110, 3)), -1
            )
    return cv2.GaussianBlur(picture, (0, 0), 1.2)


def _figure(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A person or an animal far off before a blurred ground, never a portrait from the front."""
    picture = _landscape(rng, wide, high).astype(np.float32)
    for _ in range(int(rng.integers(1, 4))):
        x, y, size = (
            rng.uniform(0.15, 0.85) * wide,
            rng.uniform(0.6, 0.85) * high,
            rng.uniform(0.05, 0.1) * high,
        )
        coat = tuple(float(v) for v in rng.uniform(20, 220, 3))
        cv2.ellipse(picture, (int(x), int(y)), (int(size * 0.6), int(size * 1.4)), 0, 0, 360, coat, -1)
        cv2.circle(picture, (int(x), int(y - size * 1.8)), int(size * 0.45), (190.0, 150.0, 125.0), -1)
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


_TRAINED = (
    *("property_title", "utility_bill", "bank_statement", "medical_record", "diploma", "resume", "lease"),
    *("courier_slip", "meeting_notice", "newspaper", "exam_paper", "menu", "price_list", "honour"),
    *("meal_invoice", "shop_receipt", "note_by_hand", "payroll", "book_page", "social_insurance"),
    *("car_sale_ad", "parking", "party_form", "business_contract"),
    *("bank_card", "member_card", "business_card", "repair_order", "road_fees", "lab_report"),
    *("birth_papers", "company_affairs", "product_certificates", "loan_papers", "lawyers_letter", "funeral"),
    *("weather_safety", "scrap_trade", "freight_papers", "trade_papers", "english_text", "training_other"),
    *("tender", "contents_page", "cover_page", "sign_in_sheet", "web_print", "other_taxes"),
    *("police_slips", "counter_slips", "school_letters", "poem_page", "renovation", "sports"),
    *("telecom", "bicycle_papers", "machine_papers", "property_sale", "club_rules"),
    *("other_insurance", "trade_licences", "staff_letters"),
)
_CALIBRATED = ("work_proof", "train_ticket", "stock_record", "permit_other", "commercial_insurance")
_MEASURED = ("timetable", "manual", "driving_school_ad", "traffic_ticket", "graduation_admission")

# Papers that stand nearest to the known types: words tell them, not one title.
NEIGHBOURS: dict[str, tuple[Variant, ...]] = neighbours_money.PAPERS | neighbours_offices.PAPERS

_TRAIN_SHEETS: dict[str, Layout] = (
    dict(
        random_form=_words("random_form", ("table", "list")),
        random_letter=_words("random_letter", ("letter",)),
        random_certificate=_words("random_certificate", ("certificate", "booklet")),
        scribbles=scribbles,
        empty_form=empty_form,
        chart=chart,
        landscape=_pictured(_landscape, "landscape"),
        texture=_pictured(_texture, "texture"),
    )
    | SHEETS
    | neighbours_invoices.LAYOUTS
    | {name: neighbours.layout(name, papers) for name, papers in NEIGHBOURS.items()}
)
_CALIBRATION_SHEETS: dict[str, Layout] = (
    dict(
        random_slip=_words("random_slip", ("receipt",)),
        ruled_paper=ruled_paper,
        street_map=street_map,
        objects=_pictured(_objects, "objects"),
    )
    | everyday_forms.CALIBRATED
    | everyday_money.CALIBRATED
    | everyday_cards.CALIBRATED
    | everyday_charts.CALIBRATED
)
_MEASURE_SHEETS: dict[str, Layout] = (
    dict(
        random_card=_words("random_card", ("card", "receipt", "table", "letter")),
        stamped_blank=stamped_blank,
        floor_plan=floor_plan,
        building=_pictured(_building, "building"),
        figure=_pictured(_figure, "figure"),
    )
    | everyday_forms.MEASURED
    | everyday_money.MEASURED
    | everyday_cards.MEASURED
    | everyday_charts.MEASURED
)

STRANGERS: dict[str, Layout] = {
    **{name: _everyday(name) for name in (*_TRAINED, *_CALIBRATED, *_MEASURED)},
    **_TRAIN_SHEETS,
    **_CALIBRATION_SHEETS,
    **_MEASURE_SHEETS,
}
SPLIT: dict[str, tuple[str, ...]] = {
    "train": (*_TRAINED, *_TRAIN_SHEETS),
    "calibrate": (*_CALIBRATED, *_CALIBRATION_SHEETS),
    "measure": (*_MEASURED, *_MEASURE_SHEETS),
}
