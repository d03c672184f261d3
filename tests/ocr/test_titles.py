"""The page's type from its lines."""

from __future__ import annotations

import pytest

from ocr.materials import MaterialCatalogue
from ocr.titles import TitleIndex
from tests.ocr.conftest import line

HEIGHT = 2339


def odds(catalogue: MaterialCatalogue, *texts: tuple[str, float, float]) -> dict[str, float]:
    """The odds by type, the best first. Texts as (text, y, height), and a body of rows without meaning."""
    lines = [line(text, 300, y, height) for text, y, height in texts]
    lines += [line(f"第{row}行说明文字", 150, 900 + 50 * row, 28) for row in range(12)]
    found = TitleIndex(catalogue).odds(lines, HEIGHT)
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def best(catalogue: MaterialCatalogue, *texts: tuple[str, float, float]) -> tuple[str, float]:
    return next(iter(odds(catalogue, *texts).items()))


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("机动车销售统一发票", "M-SR-01"),
        ("二手车销售统一发票", "M-SR-02"),
        ("机动车注册、转移、注销登记/转入申请表", "M-FM-01"),
        ("机动车注册、转让、注销登记/转入申请表", "M-FM-01"),
        ("机动车查验记录表", "M-IP-02"),
        ("中华人民共和国机动车行驶证", "M-LC-02"),
        ("中华人民共和国机动车驾驶证", "M-DR-01"),
        ("机动车登记证书", "M-LC-01"),
        ("机动车驾驶人身体条件证明", "M-DR-02"),
    ],
)
def test_a_title_line_names_the_type(catalogue: MaterialCatalogue, title: str, code: str) -> None:
    found, strength = best(catalogue, (title, 120, 56))
    assert found == code
    assert strength > 1.5


@pytest.mark.parametrize(
    "title", ["机动车销售统—发票", "机动车销售统一发粟", "机 动 车 销 售 统 一 发 票", "动车销售统一发票"]
)
def test_a_misread_title_still_counts_but_for_no_more(catalogue: MaterialCatalogue, title: str) -> None:
    found, strength = best(catalogue, (title, 120, 56))
    assert found == "M-SR-01"
    assert strength <= best(catalogue, ("机动车销售统一发票", 120, 56))[1]


def test_a_title_mentioned_in_the_body_is_weaker_than_one_that_stands_alone(
    catalogue: MaterialCatalogue,
) -> None:
    found, _ = best(
        catalogue,
        ("机动车牌证申请表", 120, 56),
        ("兹遗失机动车登记证书一本及机动车行驶证，特此说明", 700, 28),
    )
    assert found == "M-FM-04"


def test_labels_at_the_foot_of_a_card_are_evidence(catalogue: MaterialCatalogue) -> None:
    assert best(catalogue, ("公民身份号码310101199001010012", 800, 30))[0] == "M-ID-01"


@pytest.mark.parametrize(
    "texts", [(), (("会议通知", 120, 56),), (("机动车所有人", 500, 28), ("号牌号码", 560, 28))]
)
def test_a_page_that_names_no_type_speaks_for_none(
    catalogue: MaterialCatalogue, texts: tuple[tuple[str, float, float], ...]
) -> None:
    assert all(strength < 0.3 for strength in odds(catalogue, *texts).values())


def test_a_page_without_any_line_says_nothing(catalogue: MaterialCatalogue) -> None:
    assert TitleIndex(catalogue).odds([], HEIGHT) == {}


def test_a_second_title_further_down_begins_a_region(catalogue: MaterialCatalogue) -> None:
    lines = [line("机动车查验记录表", 500, 120, 56), line("车辆识别代号拓印膜", 300, 1500, 40)]
    lines += [line(f"第{row}行说明文字", 150, 300 + 50 * row, 28) for row in range(12)]
    (further,) = TitleIndex(catalogue).further("M-IP-02", lines, HEIGHT)
    assert further.code == "M-IP-03"
    assert further.region == pytest.approx((0.0, 1500 / HEIGHT, 1.0, 1.0), abs=0.001)
