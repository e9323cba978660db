from __future__ import annotations

import time
from dataclasses import replace
from math import erf
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Finding, Verdict
from mlwright.evaluate import Evidence, fresh, judge
from mlwright.evaluate.judge import WIDER
from mlwright.evaluate.resample import Draws, Prepare, affordable, sample
from mlwright.evaluate.selection import optimism
from mlwright.metrics import METRICS, Metric, find, score, weigher

Array = NDArray[Any]


def probabilities(rng: np.random.Generator, y: Array, k: int, skill: float) -> Array:
    scores = rng.normal(size=(len(y), k)) + skill * np.eye(k)[y]
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


def classified(n: int = 400, k: int = 2, skill: float = 1.5, seed: int = 0, **changes: Any) -> Evidence:
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % k)
    facts: dict[str, Any] = {
        "task": "binary" if k == 2 else "multiclass",
        "classes": tuple(f"c{i}" for i in range(k)),
        "metric": "roc_auc" if k == 2 else "log_loss",
        "y": y,
        "prediction": probabilities(rng, y, k, skill),
        "method": "Out of fold.",
    }
    return Evidence(**(facts | changes))


def measured(n: int = 400, noise: float = 0.5, seed: int = 0, **changes: Any) -> Evidence:
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n)
    facts: dict[str, Any] = {
        "task": "regression",
        "classes": (),
        "metric": "rmse",
        "y": y,
        "prediction": y + noise * rng.normal(size=n),
        "method": "Out of fold.",
    }
    return Evidence(**(facts | changes))


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 60), k=st.integers(1, 4), skill=st.floats(0, 9))
def test_every_score_lies_in_its_interval_and_survives_json(seed: int, n: int, k: int, skill: float) -> None:
    evidence = measured(n, seed=seed) if k == 1 else classified(n, k, skill, seed)
    verdict = judge(evidence, seed)
    assert {s.metric for s in verdict.scores} == {m.name for m in METRICS.values() if evidence.task in m.tasks}
    assert all(s.low <= s.value <= s.high for s in (*verdict.scores, *verdict.baselines.values()))
    assert verdict.score == verdict.scores[0]
    assert verdict.reasons
    assert msgspec.json.decode(msgspec.json.encode(verdict), type=Verdict) == verdict


def test_the_same_evidence_and_seed_give_the_same_verdict() -> None:
    first, again, other = (judge(classified(), seed) for seed in (1, 1, 2))
    assert first == again
    assert first.score.low != other.score.low


def test_fewer_rows_give_a_wider_interval() -> None:
    for make in (classified, measured):
        widths = [s.high - s.low for s in (judge(make(n), 0).score for n in (100, 400, 1600))]
        assert widths[0] > 1.5 * widths[1] > 2 * widths[2]


def auc_of(y: Array, prediction: Array) -> Prepare:
    return lambda rows: weigher(METRICS["roc_auc"], y[rows], prediction[rows])


@pytest.mark.slow
def test_the_interval_holds_the_truth_about_95_times_in_100() -> None:
    """Two normal curves one apart: the area under the ROC curve is known."""
    truth, held, runs = 0.5 * (1 + erf(0.5)), 0, 200
    for run in range(runs):
        rng = np.random.default_rng(run)
        y = rng.integers(0, 2, 150)
        prediction = np.column_stack([-(scores := rng.normal(size=150) + y), scores])
        (sampled,) = sample(({"roc_auc": auc_of(y, prediction)},), Draws(150, None, run), 200)
        interval = sampled["roc_auc"].score("roc_auc")
        held += interval.low <= truth <= interval.high
    assert 0.91 <= held / runs <= 0.98


@pytest.mark.parametrize("grouped", [False, True])
def test_sampling_a_part_of_many_rows_gives_the_interval_of_all(grouped: bool) -> None:
    evidence, groups = classified(8_000), np.arange(8_000) // 4 if grouped else None
    number = {"roc_auc": auc_of(evidence.y, evidence.prediction)}
    (every,), (part,) = (sample((number,), Draws(8_000, groups, 0, most), 150) for most in (None, 2_000))
    whole, rough = (s["roc_auc"].score("roc_auc") for s in (every, part))
    assert rough.value == whole.value
    assert rough.high - rough.low == pytest.approx(whole.high - whole.low, rel=0.25)


def test_the_work_is_bounded_and_rare_classes_are_kept() -> None:
    for n, k in ((100, 2), (10_000, 2), (10_000, 23), (10**6, 2), (10**6, 40)):
        times, rows = affordable(np.broadcast_to(0.5, (n, k)))
        assert 100 <= times <= 500
        assert rows == min(n, 10_000)
        assert times == 100 or times * rows * k <= 10_000_000
    assert affordable(np.broadcast_to(0.5, (10**6, 2)), np.array([10**6 - 500, 500]))[1] == 10**5
    assert affordable(np.broadcast_to(0.5, (10**6, 2)), np.array([10**6 - 5, 5]))[1] == 10**6


def test_copies_of_a_row_add_no_certainty_when_they_are_one_group() -> None:
    once = measured(200)
    rows = np.repeat(np.arange(200), 10)
    copies = {"y": once.y[rows], "prediction": once.prediction[rows]}
    width = {
        "once": judge(once, 0).score,
        "copied": judge(measured(**copies), 0).score,
        "grouped": judge(measured(**copies, groups=rows), 0).score,
    }
    spans = {name: s.high - s.low for name, s in width.items()}
    assert spans["grouped"] == pytest.approx(spans["once"], rel=0.25)
    assert spans["copied"] < 0.5 * spans["once"]


def noise_candidates(seed: int, n: int = 200, count: int = 50) -> tuple[Array, dict[str, Array]]:
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2)
    return y, {str(i): probabilities(rng, y, 2, 0.0) for i in range(count)}


def best_of(y: Array, candidates: dict[str, Array]) -> Array:
    return max(candidates.values(), key=lambda p: score(METRICS["roc_auc"], y, p))


@pytest.mark.slow
def test_the_best_of_50_noise_models_looks_skilled_until_corrected() -> None:
    plain, corrected = [], []
    for seed in range(12):
        y, candidates = noise_candidates(seed)
        evidence = classified(y=y, prediction=best_of(y, candidates), out_of_fold=candidates, samples=40)
        auc = METRICS["roc_auc"]
        plain.append(score(auc, y, evidence.prediction))
        corrected.append(plain[-1] - optimism(evidence, (auc,), seed)["roc_auc"])
    assert np.mean(plain) > 0.57
    assert np.mean(corrected) == pytest.approx(0.5, abs=0.02)


@pytest.mark.slow
def test_the_correction_turns_a_lucky_choice_into_a_refusal() -> None:
    y, candidates = noise_candidates(0)
    best = best_of(y, candidates)
    lucky = judge(classified(y=y, prediction=best), 0)
    honest = judge(classified(y=y, prediction=best, out_of_fold=candidates), 0)
    assert lucky.decision == "ship"
    assert honest.decision == "refuse"
    assert "among 50 models" in honest.method


def test_the_correction_costs_a_clear_winner_nothing() -> None:
    y, candidates = noise_candidates(1)
    winner = probabilities(np.random.default_rng(5), y, 2, 2.0)
    plain = judge(classified(y=y, prediction=winner), 0)
    corrected = judge(classified(y=y, prediction=winner, out_of_fold={**candidates, "winner": winner}), 0)
    assert corrected.scores == plain.scores


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), regression=st.booleans())
def test_no_correction_makes_a_score_better(seed: int, regression: bool) -> None:
    plain = measured(60, seed=seed) if regression else classified(60, seed=seed)
    rng = np.random.default_rng(seed)
    others = [rng.permutation(plain.prediction) for _ in range(3)]
    candidates = dict(zip("abcd", [plain.prediction, *others], strict=True))
    changes = {"out_of_fold": candidates, "samples": 5}
    corrected = measured(60, seed=seed, **changes) if regression else classified(60, seed=seed, **changes)
    for seen, paid in zip(judge(plain, 0).scores, judge(corrected, 0).scores, strict=True):
        assert (seen.value - paid.value) * (1 if METRICS[seen.metric].greater_is_better else -1) >= 0


def test_the_choice_is_repeated_on_whole_groups_and_never_judged_on_them() -> None:
    plain = classified(90)
    groups, seen = np.arange(90) // 3, []

    def select(rows: Array) -> Array:
        counts = np.bincount(rows, minlength=90).reshape(-1, 3)
        seen.append(bool((counts == counts[:, :1]).all() and (counts == 0).any()))
        perfect_where_chosen = np.full((90, 2), 0.5)
        perfect_where_chosen[rows] = np.eye(2)[plain.y[rows]]
        return perfect_where_chosen

    cost = optimism(classified(90, groups=groups, select=select, samples=7), (METRICS["roc_auc"],), 0)
    assert seen == [True] * 7
    kept = score(METRICS["roc_auc"], plain.y, plain.prediction)
    assert kept - cost["roc_auc"] == pytest.approx(0.5, abs=0.1)


def test_good_models_ship_with_a_reason() -> None:
    for evidence in (classified(), classified(k=3), measured()):
        verdict = judge(evidence, 0)
        assert verdict.decision == "ship"
        assert "Better than always giving the same answer" in verdict.reasons[0]
        assert verdict.rows == 400


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_refused(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(size=400)
    assert judge(classified(skill=0.0, seed=seed), 0).decision == "refuse"
    assert judge(classified(k=4, skill=0.0, seed=seed), 0).decision == "refuse"
    assert judge(measured(prediction=noise, seed=seed + 9), 0).decision == "refuse"


LEAK = Finding(code="leak-suspect", severity="severe", message="Column 'paid' tells the answer.", remedy="Drop it.")


@pytest.mark.parametrize(
    ("evidence", "word"),
    [
        (classified(findings=(LEAK,)), "Column 'paid' tells the answer. Drop it."),
        (classified(90), "Only 90 rows"),
        (classified(110, k=6, skill=3.0), "'c2' (18)"),
        (classified(skill=20.0), "Too good to be true: ROC AUC 1"),
        (measured(noise=1e-4), "Too good to be true: R² 1"),
        (measured(difference=1e-3), "differs from what was judged"),
    ],
)
def test_what_cannot_be_trusted_is_held_and_says_why(evidence: Evidence, word: str) -> None:
    verdict = judge(evidence, 0)
    assert verdict.decision == "hold"
    assert word in verdict.reasons[0]
    assert any("Better than always" in reason for reason in verdict.reasons)


def test_mild_findings_do_not_hold_and_travel_on() -> None:
    mild = Finding(code="constant-column", severity="warning", message="Column 'x' is constant.")
    verdict = judge(classified(findings=(mild,)), 0)
    assert verdict.decision == "ship"
    assert verdict.findings == (mild,)


def test_an_equal_simpler_model_is_named_and_does_not_hold() -> None:
    plain = classified()
    weak = probabilities(np.random.default_rng(9), plain.y, 2, 0.3)
    verdict = judge(classified(baselines={"linear model": plain.prediction, "small tree": weak}), 0)
    assert verdict.decision == "ship"
    assert any("The linear model may be enough" in reason for reason in verdict.reasons)
    assert not any("small tree" in reason for reason in verdict.reasons)
    assert list(verdict.baselines) == ["constant", "linear model", "small tree"]
    assert verdict.baselines["linear model"] == verdict.score


def test_a_constant_learnt_fold_by_fold_is_no_worse_than_chance() -> None:
    """Left out one at a time, the class shares of the rest rank every row the wrong way round: an AUC of 0."""
    noise = classified(skill=0.0)
    share = (noise.y.sum() - noise.y) / (len(noise.y) - 1)
    by_fold = np.column_stack([1 - share, share])
    assert score(METRICS["roc_auc"], noise.y, by_fold) == 0.0
    verdict = judge(classified(skill=0.0, baselines={"constant": by_fold}), 0)
    assert verdict.baselines["constant"].value == 0.5
    assert verdict.decision == "refuse"


def test_the_constant_of_an_answer_metric_is_its_best_single_answer() -> None:
    verdict = judge(classified(metric="f1"), 0)
    assert verdict.baselines["constant"].value == pytest.approx(2 / 3)  # half of the rows, all answered "yes"


@pytest.mark.parametrize("metric", ["roc_auc", "f1", "log_loss", "mae", "rmse", "median_absolute_error"])
def test_a_weight_of_two_is_a_row_twice(metric: str) -> None:
    regression = "regression" in METRICS[metric].tasks
    plain = measured(metric=metric) if regression else classified(metric=metric)
    counts = np.random.default_rng(1).integers(1, 4, 400)
    rows = np.repeat(np.arange(400), counts)
    weighed = judge(replace(plain, weight=counts.astype(float)), 0)
    repeated = judge(replace(plain, y=plain.y[rows], prediction=plain.prediction[rows]), 0)
    for mine, theirs in zip(weighed.scores, repeated.scores, strict=True):
        assert mine.value == pytest.approx(theirs.value, rel=1e-9), mine.metric
    assert weighed.baselines["constant"].value == pytest.approx(repeated.baselines["constant"].value, rel=1e-9)
    assert weighed.score.value != judge(plain, 0).score.value
    assert (
        weighed.score.high - weighed.score.low > repeated.score.high - repeated.score.low
    )  # they are 400 rows, not 800
    assert (weighed.rows, sum(map(sum, weighed.confusion))) == (400, 0 if regression else 400)
    assert fresh(replace(plain, weight=counts.astype(float)), 0)[0].value == weighed.score.value


def test_the_choice_is_corrected_by_weight_too() -> None:
    y, candidates = noise_candidates(2)
    weight = np.random.default_rng(0).exponential(size=len(y))
    best = max(candidates.values(), key=lambda p: score(METRICS["roc_auc"], y, p, weight=weight))
    evidence = classified(y=y, prediction=best, out_of_fold=candidates, weight=weight, samples=40)
    assert optimism(evidence, (METRICS["roc_auc"],), 0)["roc_auc"] > 0.05
    assert judge(evidence, 0).decision == "refuse"


def test_somebody_elses_metric_is_judged_like_ours() -> None:
    def hits(y_true: Array, y_pred: Array) -> float:
        return float(np.mean(y_true == y_pred))

    own = Metric.of(hits, needs="label")
    mine, ours = judge(classified(metric=own), 0), judge(classified(metric="accuracy"), 0)
    assert (mine.metric, mine.measure) == ("hits", own.measure)
    assert ours.measure is None
    assert mine.score.value == pytest.approx(ours.score.value)
    assert mine.score.low == pytest.approx(ours.score.low, abs=0.01)  # of fewer samples
    assert (mine.decision, mine.rows) == (ours.decision, ours.rows)
    assert mine.reasons[0].replace("hits", "accuracy")[:60] == ours.reasons[0][:60]
    assert {s.metric for s in mine.scores} == {s.metric for s in ours.scores} | {"hits"}
    assert fresh(classified(metric=own), 0)[0].value == mine.score.value
    with pytest.raises(InputError, match="hits is for binary and multiclass"):
        judge(measured(metric=own), 0)


def test_the_threshold_decides_the_answers() -> None:
    every = judge(classified(threshold=0.0), 0)
    assert every.confusion == ((0, 200), (0, 200))
    assert judge(classified(), 0).confusion != every.confusion
    assert judge(measured(), 0).confusion == ()


def test_fresh_measures_everything_named_metric_first() -> None:
    evidence = classified(k=3)
    scores = fresh(classified(k=3, metric="accuracy"), 0)
    assert scores[0].metric == "accuracy"
    assert {s.metric: s.value for s in scores} == {s.metric: s.value for s in judge(evidence, 0).scores}
    assert fresh(measured(metric="mae"), 0)[0].value == judge(measured(metric="mae"), 0).score.value


def test_fresh_refuses_what_it_cannot_judge() -> None:
    evidence = classified()
    with pytest.raises(InputError, match="no rows"):
        fresh(classified(y=evidence.y[:0], prediction=evidence.prediction[:0]), 0)
    with pytest.raises(InputError, match="doesn't know"):
        fresh(classified(y=evidence.y + 1), 0)
    with pytest.raises(InputError, match="regression"):
        fresh(classified(metric="rmse"), 0)
    with pytest.raises(InputError, match="no rows"):
        judge(classified(y=evidence.y[:0], prediction=evidence.prediction[:0]), 0)


def test_the_reason_for_the_metric_is_told() -> None:
    verdict = judge(classified(metric_reason="You asked for it."), 0)
    assert verdict.reasons[-1] == f"Judged by {find('roc_auc', 'binary').title}. You asked for it."


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize(("k", "seconds"), [(2, 3.0), (23, 6.0)])
@pytest.mark.parametrize("n", [10_000, 50_000])
def test_many_rows_are_judged_in_time(n: int, k: int, seconds: float) -> None:
    evidence = classified(n, k, metric="roc_auc")
    start = time.process_time()
    judge(evidence, 0)
    assert time.process_time() - start < seconds  # half of it on an idle machine


def drifting(skills: list[float], n: int = 100) -> Evidence:
    """Periods of n rows each, told apart with more or less skill."""
    parts = [classified(n, skill=skill, seed=i) for i, skill in enumerate(skills)]
    y, prediction = (np.concatenate([getattr(part, name) for part in parts]) for name in ("y", "prediction"))
    return replace(parts[0], y=y, prediction=prediction, periods=np.repeat(np.arange(len(skills)), n))


def test_where_periods_differ_the_interval_holds_the_next():
    skills = list(np.random.default_rng(0).uniform(0.2, 3.0, 10))
    found = judge(drifting(skills), 0)
    alike = judge(replace(drifting(skills), periods=None), 0)
    assert found.score.high - found.score.low > 3 * (alike.score.high - alike.score.low)
    assert found.score.high <= 1.0
    assert "period" in found.method
    assert "period" not in alike.method
    next_ones = [judge(classified(100, skill=s, seed=99), 0).score.value for s in skills]
    assert all(found.score.low - 0.05 <= value <= found.score.high + 0.05 for value in next_ones)


def test_a_gain_over_periods_is_that_of_their_mean():
    """A model that is useful on average is not refused because it was useless once; but held."""
    once = judge(drifting([2.0, 2.5, -1.0, 2.0, 1.5, 2.2, 1.8, 2.0]), 0)
    assert once.decision == "hold"
    assert once.reasons[0].startswith("In 1 of 8 periods")
    assert judge(drifting([2.0, 2.5, 1.0, 2.0, 1.5, 2.2, 1.8, 2.0]), 0).decision == "ship"
    assert judge(drifting([0.0] * 8), 0).decision == "refuse"


def test_too_few_periods_are_no_sample():
    few = drifting([1.0, 2.0, 1.5])
    assert judge(few, 0) == judge(replace(few, periods=None), 0)
    outside = replace(few, periods=np.full(len(few.y), -1))
    assert judge(outside, 0) == judge(replace(few, periods=None), 0)


@pytest.mark.parametrize("make", [classified, measured])
def test_out_of_fold_an_interval_is_wider_than_its_rows_alone_say(make: Any) -> None:
    evidence = make()
    rows = judge(evidence, 0).score
    folds = judge(replace(evidence, select=lambda _: evidence.prediction), 0).score
    assert folds.value == rows.value
    assert folds.low - folds.value == pytest.approx(WIDER * (rows.low - rows.value))
    assert folds.high - folds.value == pytest.approx(WIDER * (rows.high - rows.value))


def test_a_wider_interval_ends_at_the_best_that_there_is() -> None:
    sure = classified(40, skill=2.5)
    rows = judge(sure, 0).score
    assert rows.value + WIDER * (rows.high - rows.value) > 1.0
    assert judge(replace(sure, select=lambda _: sure.prediction), 0).score.high == 1.0
