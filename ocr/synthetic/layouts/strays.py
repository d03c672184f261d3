"""Sheets that belong to no file: a shopping list, a letter, a meeting notice; and a blank sheet."""

from __future__ import annotations

import numpy as np

from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Page, Value
from ocr.synthetic.style import BLUE_INK, DARK_INK, Style

_GOODS = (
    "鸡蛋 两斤",
    "西红柿 三个",
    "酱油 一瓶",
    "牛奶 六盒",
    "面粉 五斤",
    "大葱 一把",
    "洗衣液",
    "抽纸 两提",
    "苹果 四斤",
    "花生油",
    "电池 五号",
    "垃圾袋",
)


def shopping_list(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A list written by hand on lined paper."""
    page = Page(
        148,
        210,
        dpi,
        rng,
        Style(
            hand=True,
            value="hand",
            value_ink=(BLUE_INK, DARK_INK)[int(rng.integers(2))],
            value_choice=int(rng.integers(3)),
        ),
    )
    page.truth.materials = ["M-OT-99"]
    for y in range(28, 200, 11):
        page.line(12, y, 136, y, 0.2, (170, 190, 214))
    page.field(50, 22, Value("买菜清单", pt=22))
    for index, goods in enumerate(rng.permutation(_GOODS)[:11]):
        page.field(
            24 + rng.uniform(-2, 3),
            34 + index * 11 + rng.uniform(-1, 1),
            Value(f"{index + 1}. {goods}", pt=18),
        )
    return page


def letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A private letter."""
    page = Page(*A4, dpi, rng, Style(label="hand", label_choice=int(rng.integers(3)), label_ink=DARK_INK))
    page.truth.materials = ["M-OT-99"]
    page.text(26, 40, "亲爱的外婆：", 16)
    y = page.flow(
        26,
        56,
        158,
        "　　您好！好久没有给您写信了。最近天气转凉，院子里的桂花开了，满街都是香味。我的功课不算"
        "太忙，每天傍晚和同学去操场跑步，"
        "身体比去年好多了。上次您寄来的腌菜和红薯干都收到了，全家人都说好吃，妹妹一个人就吃了一大半。",
        15,
        leading=2.0,
    )
    y = page.flow(
        26,
        y + 2,
        158,
        "　　等放了假，我们就坐火车回来看您，陪您去河边散步，听您讲从前的故事。请您一定保重身体，"
        "夜里记得多盖一床被子。",
        15,
        leading=2.0,
    )
    page.text(36, y + 8, "祝您安康！", 15)
    page.text(130, y + 28, "您的外孙", 15)
    page.text(120, y + 42, "十月二十日晚", 15)
    return page


def meeting_notice(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A printed notice about a residents' meeting."""
    page = Page(*A4, dpi, rng, Style(label="song", title="hei_heavy"))
    page.truth.materials = ["M-OT-99"]
    page.title(46, "关于召开小区业主大会的通知", 20)
    y = page.flow(26, 66, 158, "各位业主：", 14)
    y = page.flow(
        26,
        y,
        158,
        "　　为进一步改善小区环境，经业主委员会研究，定于本周六上午九时在小区活动中心召开业主大会"
        "，讨论绿化改造、垃圾分类和"
        "健身器材更新等事项。请各位业主安排好时间准时参加，因故不能到会的可书面委托他人代为表决。",
        14,
        leading=1.9,
    )
    page.text(120, y + 20, "示例小区业主委员会", 14)
    page.text(128, y + 32, "物业服务中心", 14)
    return page


def blank(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """An empty sheet."""
    page = Page(*A4, dpi, rng)
    page.truth.materials = []
    return page
