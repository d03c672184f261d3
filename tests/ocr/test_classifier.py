"""The classifier on its packaged weights, the fitting of its weighing and of the text model, through their public
doors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ocr import text_model
from ocr.classifier import Answer, Classifier, Weights, weigh
from ocr.materials import UNKNOWN, Material, MaterialCatalogue
from ocr.models import ModelsMissing
from ocr.synthetic import papers
from ocr.text_model import TextModel
from ocr.thumbnail import Glance
from ocr.training import fusing, texts
from tests.ocr.conftest import WEIGHTS, line

CODES = ("A", "B", "C", UNKNOWN)


def blind(classifier: Classifier) -> Glance:
    """A look that says nothing."""
    return Glance(np.zeros(len(classifier.network.codes), np.float32), np.full(4, 0.25, np.float32))


def judged(classifier: Classifier, *texts: str) -> Answer:
    lines = [line(text, 300, 100 + 60 * place, 50 if place == 0 else 30) for place, text in enumerate(texts)]
    return classifier.judge(blind(classifier), lines, 2300, "page")


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("M-SR-01", ("机动车销售统一发票", "发票代码", "购买方名称", "车辆识别代号/车架号码", "价税合计")),
        ("M-SC-01", ("报废机动车回收证明", "回收企业", "号牌号码", "车辆识别代号", "机动车所有人")),
        ("M-DR-07", ("机动车驾驶人考试成绩单", "科目三", "考试员", "考试日期", "成绩")),
        ("M-ID-08", ("授权委托书", "委托人", "受托人", "委托事项", "代为办理机动车转让登记")),
    ],
)
def test_words_alone_tell_a_type(classifier: Classifier, code: str, texts: tuple[str, ...]) -> None:
    assert judged(classifier, *texts).code == code


def test_words_of_no_type_are_unknown(classifier: Classifier) -> None:
    assert judged(classifier, "本周食谱", "周一 番茄炒蛋", "周二 红烧豆腐", "周三 清蒸鱼").code == UNKNOWN


def test_a_type_that_training_never_saw_is_told_by_its_keywords(catalogue: MaterialCatalogue) -> None:
    new = Material("M-NEW-01", ("电动自行车以旧换新补贴申领表",), ("电动自行车以旧换新补贴申领表",), (), ())
    wider = replace(catalogue, materials=(*catalogue.materials, new))
    assert (
        judged(Classifier(WEIGHTS, wider), "电动自行车以旧换新补贴申领表", "申领人", "金额").code == new.code
    )


def test_the_weights_know_every_type_of_the_catalogue(
    classifier: Classifier, catalogue: MaterialCatalogue
) -> None:
    known = {material.code for material in catalogue.materials}
    assert set(classifier.network.codes) == known
    # Photographs show no words of their own.
    assert known - set(classifier.text.codes) <= {"M-IP-04", "M-IP-05", "M-IP-06", "M-IP-08"}


def test_the_weights_stay_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= 20 * 2**20


def test_missing_weights_are_named_at_once(tmp_path: Path, catalogue: MaterialCatalogue) -> None:
    with pytest.raises(ModelsMissing, match=r"thumbnail\.onnx"):
        Classifier(tmp_path, catalogue)


def test_numbers_count_by_their_length_alone() -> None:
    one, other, longer = (
        text_model.signs(text) for text in ("发票号码 12345678", "发票号码：99990000", "发票号码123456789012")
    )
    assert one == other != longer


def test_a_title_speaks_three_times_and_a_line_below_once() -> None:
    title, body = (
        line("机动车查验记录表", 300, 100, 60),
        [line(f"第{row}栏", 300, 400 + 60 * row, 30) for row in range(9)],
    )
    alone, _ = text_model.features([title])
    above, _ = text_model.features([title, *body])
    beneath, _ = text_model.features([*body, line("机动车查验记录表", 300, 1000, 30)])
    assert set(alone) <= set(above)
    assert 0 < len(set(alone) & set(beneath)) <= len(alone) // 3 + 2


def test_a_page_without_lines_has_no_features() -> None:
    places, values = text_model.features([])
    assert len(places) == len(values) == 0


def test_weights_fitted_on_other_features_are_refused(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "text.npz", weights=np.zeros((4, 1)), bias=np.zeros(1), codes=np.array(["A"]), version="1"
    )
    with pytest.raises(ModelsMissing, match="版本"):
        TextModel(tmp_path / "text.npz")


def printed(*rows: str) -> tuple[texts.Printed, ...]:
    """A page whose first row is its title."""
    return tuple((text, (20.0, 10 + 12 * place, 120.0, 18.0 + 12 * place)) for place, text in enumerate(rows))


def test_training_tells_types_by_title_or_body_and_strangers_from_both(tmp_path: Path) -> None:
    kinds = {
        "A": ("机动车销售统一发票", "购买方名称", "价税合计", "开票日期"),
        "B": ("机动车查验记录表", "查验结论", "复检查验员", "备注"),
        UNKNOWN: ("课程表", "星期一", "语文", "数学"),
    }
    pages = [(code, printed(*rows)) for code, rows in kinds.items() for _ in range(90)]
    texts.train(pages, 8, 1, "1", tmp_path / "text.npz")
    model = TextModel(tmp_path / "text.npz")
    assert model.version == "1"
    for code, rows in kinds.items():
        for said in (rows, rows[:1], rows[1:]):
            lines = [line(text, 20, 100 + 60 * place, 30) for place, text in enumerate(said)]
            assert model.codes[int(model.judge(lines).argmax())] == code


def test_a_page_is_read_from_top_to_bottom_and_nothing_is_made_up_but_what_clerks_stamp() -> None:
    rows = [f"{name}栏目内容" for name in "甲乙丙丁戊己庚辛壬癸"]
    rng = np.random.default_rng(5)
    for _ in range(60):
        lines = texts.as_read(printed(*rows), rng)
        tops = [each.box[0][1] for each in lines]
        assert tops == sorted(tops)
        assert len(lines) <= len(rows) + 1


def test_pages_are_drawn_for_their_words() -> None:
    pages = texts.draw(12, 7, 1, lambda: None)
    assert len(pages) == 12
    assert sum(len(rows) >= 3 for _, rows in pages) >= 8
    assert {code for code, _ in pages} <= {*papers.KNOWN, UNKNOWN}


def simulated(count: int, seed: int, clarity: float) -> list[fusing.Case]:
    """Pages whose look is informative and whose words mislead as often as not."""
    rng = np.random.default_rng(seed)
    cases = []
    for _ in range(count):
        truth = int(rng.integers(len(CODES)))
        look, words = rng.normal(0, 1, (2, len(CODES))).astype(np.float32)
        look[truth] += clarity
        unknown = np.array([code == UNKNOWN for code in CODES], np.float32)
        cases.append(fusing.Case(np.stack([look, words, np.zeros_like(look), unknown]), truth))
    return cases


def test_fitted_weights_trust_what_tells_and_state_how_often_they_are_right() -> None:
    weights = fusing.fit(simulated(3000, 1, 2.0), CODES)
    look, words, *_ = weights.evidence
    assert look > 5 * abs(words)
    fresh = simulated(3000, 2, 2.0)
    answers = [weigh(case.evidence, weights, CODES) for case in fresh]
    right = np.array([answer.code == CODES[case.truth] for answer, case in zip(answers, fresh, strict=True)])
    stated = np.array([answer.confidence for answer in answers])
    for low, high in ((0.5, 0.7), (0.7, 0.9), (0.9, 0.99)):
        inside = (stated >= low) & (stated < high)
        assert abs(right[inside].mean() - stated[inside].mean()) < 0.06


def test_a_stage_stops_the_cascade_only_where_hardly_any_answer_was_wrong() -> None:
    cases = simulated(3000, 3, 4.0)
    weights = fusing.fit(cases, CODES)
    answers = [weigh(case.evidence, weights, CODES) for case in cases]
    stopped = [
        (answer.code == CODES[case.truth])
        for answer, case in zip(answers, cases, strict=True)
        if answer.confidence >= weights.stop
    ]
    assert len(stopped) > 500
    assert np.mean(stopped) >= 0.997


def test_where_every_stage_errs_none_stops() -> None:
    assert fusing.fit(simulated(300, 4, 0.0), CODES).stop > 0.9


def test_weighing_shares_what_confidence_leaves_among_the_runners_up() -> None:
    evidence = np.array([[3, 2, 0, 0], [0] * 4, [0] * 4, [0, 0, 0, 1]], np.float32)
    answer = weigh(evidence, Weights((1, 1, 1, 0), 1.0, 0.0, 1.0), CODES)
    assert answer.code == "A"
    assert 0.5 < answer.confidence < 0.8
    chances = dict(answer.alternatives)
    assert next(iter(chances)) == "B"
    assert answer.confidence + sum(chances.values()) == pytest.approx(1, abs=0.001)
    assert chances["B"] / chances["C"] == pytest.approx(np.exp(2), rel=0.01)
    assert chances["C"] == chances[UNKNOWN]


def test_what_alternatives_state_is_how_often_they_are_right() -> None:
    weights = fusing.fit(simulated(3000, 1, 2.0), CODES)
    fresh = simulated(3000, 2, 2.0)
    told = [weigh(case.evidence, weights, CODES).alternatives for case in fresh]
    hits = [code == CODES[case.truth] for case, each in zip(fresh, told, strict=True) for code, _ in each]
    stated = np.array([chance for each in told for _, chance in each])
    assert len(stated) == 3 * len(fresh)
    for low, high in ((0.02, 0.1), (0.1, 0.25), (0.25, 0.5)):
        inside = (stated >= low) & (stated < high)
        assert abs(np.array(hits)[inside].mean() - stated[inside].mean()) < 0.05
