"""The page's type from its lines."""

from __future__ import annotations

import pytest

from ocr.materials import MaterialCatalogue
from ocr.protocol import MaterialFinding
from ocr.titles import TitleIndex
from tests.ocr.conftest import line

HEIGHT = 2339


def classify(catalogue: MaterialCatalogue, *texts: tuple[str, float, float]) -> MaterialFinding:
    """Texts as (text, y, height), and a body of rows without meaning."""
    lines = [line(text, 300, y, height) for text, y, height in texts]
    lines += [line(f"第{row}行说明文字", 150, 900 + 50 * row, 28) for row in range(12)]
    (finding,) = TitleIndex(catalogue).classify(lines, HEIGHT)
    return finding


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
    finding = classify(catalogue, (title, 120, 56))
    assert finding.code == code
    assert finding.confidence > 0.8


@pytest.mark.parametrize(
    "title", ["机动车销售统—发票", "机动车销售统一发粟", "机 动 车 销 售 统 一 发 票", "动车销售统一发票"]
)
def test_a_misread_title_still_counts_but_for_no_more(catalogue: MaterialCatalogue, title: str) -> None:
    finding = classify(catalogue, (title, 120, 56))
    assert finding.code == "M-SR-01"
    assert finding.confidence <= classify(catalogue, ("机动车销售统一发票", 120, 56)).confidence


def test_a_title_mentioned_in_the_body_is_weaker_than_one_that_stands_alone(
    catalogue: MaterialCatalogue,
) -> None:
    finding = classify(
        catalogue,
        ("机动车牌证申请表", 120, 56),
        ("兹遗失机动车登记证书一本及机动车行驶证，特此说明", 700, 28),
    )
    assert finding.code == "M-FM-04"


def test_labels_at_the_foot_of_a_card_are_evidence(catalogue: MaterialCatalogue) -> None:
    assert classify(catalogue, ("公民身份号码310101199001010012", 800, 30)).code == "M-ID-01"


@pytest.mark.parametrize(
    "texts", [(), (("会议通知", 120, 56),), (("机动车所有人", 500, 28), ("号牌号码", 560, 28))]
)
def test_a_page_without_evidence_is_unknown(
    catalogue: MaterialCatalogue, texts: tuple[tuple[str, float, float], ...]
) -> None:
    assert classify(catalogue, *texts).code == "M-OT-99"


def test_a_page_without_any_line_is_unknown(catalogue: MaterialCatalogue) -> None:
    (finding,) = TitleIndex(catalogue).classify([], HEIGHT)
    assert finding.code == "M-OT-99"
