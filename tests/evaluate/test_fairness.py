"""A model that treats groups otherwise is told so, with what it would take to mend it; one that does not is let be."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from mlwright.contracts.insight import Scrutiny
from mlwright.evaluate import Evened, Evidence, Look, scrutinise
from mlwright.evaluate.columns import cut
from mlwright.evaluate.fairness import gaps, telling_gaps


def people(n: int, seed: int, shift: float = 0.0, column: str = "sex") -> Evidence:
    """Two classes of equal shares in both groups; the model lowers the odds of the women by ``shift``."""
    rng = np.random.default_rng(seed)
    sex, odds = rng.choice(["f", "m"], n), 2 * rng.normal(size=n)
    y = (rng.random(n) < expit(odds)).astype(np.int64)
    p = expit(odds - shift * (sex == "f"))
    frame = pl.DataFrame({column: sex, "income": rng.normal(size=n)})
    return Evidence("binary", ("no", "yes"), "roc_auc", y, np.column_stack([1 - p, p]), "", frame=frame)


def found(evidence: Evidence, **facts: Any) -> tuple[Scrutiny, dict[str, Any]]:
    made = scrutinise(evidence, Look(**facts))
    return made, {f.code: f for f in made.findings}


def test_uneven_treatment_is_told_with_its_gap_and_what_mending_it_takes() -> None:
    made, told = found(people(4000, 0, shift=1.5), sensitive=("sex",))
    assert told["uneven-groups"].severity == "warning"
    assert told["uneven-groups"].column == "sex"
    missed = next(g for g in made.gaps if g.rate == "missed")
    assert (missed.most, missed.least) == ("f", "m")
    assert 0.3 < missed.size.low < missed.size.value < missed.size.high < 0.5
    assert missed.q < 1e-6
    (mended,) = made.mitigation
    assert mended.gap == pytest.approx(missed.size.value)
    assert mended.left < 0.05
    assert mended.thresholds["f"] < mended.thresholds["m"]
    assert mended.metric == "accuracy"
    assert mended.then > mended.now  # what was lowered wrongly is raised again
    assert "Nothing of it is applied" in told["uneven-groups"].remedy


def test_a_column_that_only_its_name_gives_away_is_to_be_known() -> None:
    made, told = found(people(4000, 0, shift=1.5))
    assert made.suspected == ("sex",)
    assert told["uneven-groups"].severity == "info"
    assert "--sensitive" in told["uneven-groups"].remedy
    made, told = found(people(4000, 0, shift=1.5, column="channel"))
    assert made.suspected == ()
    assert "uneven-groups" not in told
    assert made.gaps == ()


def test_a_named_column_that_can_not_be_looked_at_is_told() -> None:
    _, told = found(people(400, 0), sensitive=("sex", "id"))
    assert told["unseen-groups"].column == "id"
    assert "unseen-groups" not in found(people(400, 0), sensitive=("sex",))[1]


def test_even_treatment_is_let_be() -> None:
    told = 0
    for seed in range(200):
        evidence = people(800, seed)
        sex = cut(evidence.frame["sex"], 20)
        told += bool(telling_gaps(evidence, gaps(evidence, [sex])))
    assert told <= 18  # 10 are expected: each gap is told that is there by chance in 1 of 20 tables


def test_each_group_has_the_main_metric_with_its_interval() -> None:
    made, _ = found(people(2000, 1), sensitive=("sex",))
    groups = {s.where[0]: s for s in made.slices if s.sensitive}
    assert set(groups) == {"sex: f", "sex: m"}
    for part in groups.values():
        assert part.score.low < part.score.value < part.score.high
        assert part.score.low < 0.9 < part.score.high + 0.05


def test_what_weights_would_bring_is_told_beside_thresholds() -> None:
    evidence, fair = people(4000, 0, shift=1.5), people(4000, 0)
    named = evidence.frame.select("sex")
    made, told = found(evidence, sensitive=("sex",), evened=Evened(fair.y, named, evidence.prediction, fair.prediction))
    thresholds, weights = made.mitigation
    assert thresholds.thresholds and not weights.thresholds
    assert weights.gap == pytest.approx(thresholds.gap)
    assert weights.left < 0.06
    assert weights.then > weights.now
    assert "weighted so that no group tells the class" in told["uneven-groups"].remedy
    few = Evened(fair.y[:60], named[:60], evidence.prediction[:60], fair.prediction[:60])
    assert len(found(evidence, sensitive=("sex",), evened=few)[0].mitigation) == 1


def test_costs_judge_what_mending_takes() -> None:
    costs = {"false_positive": 1.0, "false_negative": 1.0}
    made, _ = found(people(4000, 0, shift=1.5), sensitive=("sex",), costs=costs)
    assert made.mitigation[0].metric == "cost"
    assert made.mitigation[0].then < made.mitigation[0].now


def test_numbers_that_are_too_low_for_a_group_are_told() -> None:
    rng = np.random.default_rng(0)
    sex, answer = rng.choice(["f", "m"], 2000), rng.normal(size=2000)
    y = answer + 0.8 * (sex == "f") + rng.normal(size=2000)
    evidence = Evidence("regression", (), "rmse", y, answer, "", frame=pl.DataFrame({"sex": sex}))
    made, told = found(evidence, sensitive=("sex",))
    assert made.gaps[0].rate == "error"
    assert made.gaps[0].size.value == pytest.approx(0.8, abs=0.15)
    assert "prediction minus truth" in told["uneven-groups"].message
    assert made.mitigation == ()


def test_several_classes_are_compared_by_wrong_answers() -> None:
    rng = np.random.default_rng(0)
    race, y = rng.choice(["a", "b"], 3000), rng.integers(0, 3, 3000)
    p = np.eye(3)[np.where((race == "b") & (rng.random(3000) < 0.4), (y + 1) % 3, y)] * 0.7 + 0.1
    evidence = Evidence("multiclass", ("x", "y", "z"), "log_loss", y, p, "", frame=pl.DataFrame({"race": race}))
    made, told = found(evidence, sensitive=("race",))
    assert made.gaps[0].most == "b"
    assert "answered wrongly" in told["uneven-groups"].message


def test_a_scrutiny_survives_json_and_is_the_same_again() -> None:
    evidence = people(1000, 3, shift=1.0)
    made = scrutinise(evidence, Look(sensitive=("sex",)))
    assert msgspec.json.decode(msgspec.json.encode(made), type=Scrutiny) == made
    assert scrutinise(evidence, Look(sensitive=("sex",))) == made


@pytest.mark.parametrize("rows", [1, 2, 12])
def test_few_rows_say_little_and_break_nothing(rows: int) -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"sex": rng.choice(["f", "m"], rows), "x": rng.normal(size=rows)})
    y = np.arange(rows) % 2
    binary = Evidence("binary", (0, 1), "roc_auc", y, np.full((rows, 2), 0.5), "", frame=frame)
    number = Evidence("regression", (), "rmse", rng.normal(size=rows), np.zeros(rows), "", frame=frame)
    for evidence in (binary, number):
        made = scrutinise(evidence, Look(sensitive=("sex",)))
        assert {f.code for f in made.findings} == {"unseen-groups"}
        assert msgspec.json.decode(msgspec.json.encode(made), type=Scrutiny) == made
