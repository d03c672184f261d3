"""Counting with intervals: known values, and a report that can fail."""

from __future__ import annotations

import pytest

from ocr import evaluation
from ocr.evaluation import Seen, Share
from ocr.protocol import FieldFinding

VIN = "LSVAG2186E2100001"


def seen(code: str, found: str, confidence: float, vin: str | None = None, valid: bool = True) -> Seen:
    fields = {"vin": FieldFinding("vin", vin, 0.9, (0, 0, 1, 1), (), valid)} if vin else {}
    return Seen(code, "layout", "typical", found, confidence, "page", 0, 0, {"vin": VIN}, fields, 0.1)


def share(lines: list[evaluation.Line], name: str) -> Share:
    return next(each.share for each in lines if each.name == name)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_intervals_are_wilsons(hits: int, total: int, low: float, high: float) -> None:
    assert Share(hits, total).interval == pytest.approx((low, high), abs=5e-4)


def test_a_report_counts_types_unknowns_and_values() -> None:
    pages = [
        *[seen("M-SR-01", "M-SR-01", 0.99, VIN) for _ in range(8)],
        seen("M-SR-01", "M-OT-99", 0.4, VIN[:-1] + "2", valid=True),
        seen("M-OT-99", "M-SR-01", 0.3),
    ]
    lines = evaluation.report(pages, hard=False)
    assert share(lines, "种类（每页都判）") == Share(8, 10)
    assert share(lines, "种类（最有把握的九成）") == Share(8, 9)
    assert share(lines, "未知页判为未知") == Share(0, 1)
    assert share(lines, "已知页误判为未知") == Share(1, 9)
    assert share(lines, "VIN 全对") == Share(8, 10)
    assert share(lines, "校验通过却读错") == Share(1, 9)
    assert [line.kept for line in lines][:2] == [False, False]


def test_reliability_puts_what_was_stated_beside_what_was_right() -> None:
    pages = [seen("A", "A", 0.96) for _ in range(19)] + [seen("A", "B", 0.96)]
    ((_, stated, found),) = evaluation.reliability(pages)
    assert stated == pytest.approx(0.96)
    assert found == Share(19, 20)


def test_confusions_come_most_frequent_first() -> None:
    pages = [seen("A", "B", 0.5), seen("A", "C", 0.5), seen("A", "C", 0.5), seen("A", "A", 0.9)]
    assert evaluation.confusions(pages) == [("A", "C", 2), ("A", "B", 1)]
