"""Each finding where it belongs, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlwright.contracts.insight import Growth, Range, Rung, Tried
from mlwright.evaluate import Checkup, Fewer, Gap, diagnose
from mlwright.metrics import METRICS

N = 2000
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 3))
BEST = X[:, 0] + np.sin(2 * X[:, 1])
Y = BEST + 0.7 * RNG.normal(size=N)
NOISE = 0.49


def checkup(prediction=BEST, seen=0.45) -> Checkup:
    """A model with such out-of-fold predictions and such a squared error of the rows that it learnt from."""
    error = float(np.square(Y - prediction).mean())
    return Checkup(
        metric=METRICS["rmse"],
        classes=(),
        y=Y,
        prediction=prediction,
        fold=np.arange(N) % 5,
        x={name: X[:, i] for i, name in enumerate("abc")},
        rows=np.arange(N) + 100,
        gaps=(Gap("lightgbm-1", seen**0.5, error**0.5, seen, error),),
    )


def codes(made: Checkup) -> set[str]:
    return {finding.code for finding in diagnose(made).findings}


def growth(gain: Range, falls: bool = True) -> Growth:
    rungs = (Rung(250, Range(1.2, 1.1, 1.3)), Rung(2000, Range(0.8, 0.7, 0.9)))
    return Growth(rungs, (Rung(3000, Range(0.7, 0.6, 0.8)),), 2000, 1000, gain, falls)


def test_the_best_model_is_at_the_ceiling_and_that_is_all():
    found = diagnose(checkup())
    assert [f.code for f in found.findings] == ["noise-ceiling"]
    assert "Further columns" in found.findings[0].remedy
    assert found.ceiling.value == pytest.approx(NOISE**0.5, rel=0.05)


def test_who_can_not_learn_what_he_was_shown_underfits():
    made = checkup(prediction=X[:, 0], seen=0.9)
    (finding,) = diagnose(made).findings
    assert finding.code == "underfitting"
    assert "perfect model would reach about" in finding.message
    assert "underfitting" not in codes(replace(made, gaps=(replace(made.gaps[0], seen_error=0.3),)))


def test_who_explains_what_he_saw_alone_overfits():
    shaky = BEST + 0.9 * RNG.normal(size=N)
    assert "overfitting" in codes(checkup(shaky, seen=0.05))
    assert "overfitting" not in codes(checkup(shaky, seen=1.1))
    made = checkup(shaky, seen=0.05)
    calm = replace(made.gaps[0], trial="calm", seen_error=1.2)  # as good, and it does not learn by heart
    assert "overfitting" not in codes(replace(made, gaps=(*made.gaps, calm)))


def test_columns_that_bring_nothing_are_named_where_they_are_many():
    some = Fewer(("c", "d", "e"), 6, Range(0.01, -0.01, 0.03))
    (finding,) = (f for f in diagnose(replace(checkup(), fewer=some)).findings if f.code == "too-many-features")
    assert "'c', 'd', 'e'" in finding.message
    assert finding.severity == "info"
    better, worse = (replace(checkup(), fewer=Fewer(some.dropped, 6, Range(*g))) for g in ((3, 1, 5), (-1, -2, 0)))
    assert next(f for f in diagnose(better).findings if f.code == "too-many-features").severity == "warning"
    assert "too-many-features" not in codes(worse)
    assert "too-many-features" not in codes(replace(checkup(), fewer=Fewer(("c", "d", "e"), 60, some.gain)))


def test_what_more_rows_bring_is_told_as_it_is():
    starved, full, flat = (
        replace(checkup(), growth=growth(gain, falls))
        for gain, falls in (
            (Range(0.2, 0.1, 0.3), True),
            (Range(0.001, 0.0005, 0.002), True),
            (Range(0.0, 0.0, 0.1), False),
        )
    )
    found = diagnose(starved)
    assert "too-little-data" in codes(starved)
    assert (found.more, found.gain.value) == (1000, 0.2)
    assert "1,000 more rows would make it better by 0.2 (0.1 to 0.3)" in found.findings[0].message
    assert "learning-curve" in codes(full)
    assert "learning-curve" in codes(flat)
    assert any("no sign that more rows" in f.message for f in diagnose(flat).findings)


def test_a_sample_is_told_what_all_rows_would_bring():
    made = replace(checkup(), growth=growth(Range(0.1, 0.05, 0.2)), sampled=True, rows=None)
    finding = diagnose(made).findings[0]
    assert (finding.code, finding.severity) == ("learning-curve", "warning")
    assert "3,000 rows would bring about 0.7" in finding.message


def test_suspects_are_named_by_their_place_in_the_data():
    y = Y.copy()
    y[[5, 6, 7]] += 30.0
    made = replace(checkup(), y=y)
    found = diagnose(made)
    assert sorted(found.suspects) == [105, 106, 107]
    assert "label-noise" in codes(made)
    assert diagnose(replace(made, rows=None)).suspects == ()


def test_an_ensemble_that_rests_on_chance_is_told():
    assert "unstable-selection" in codes(replace(checkup(), agreement=0.3))
    assert "unstable-selection" not in codes(replace(checkup(), agreement=0.8))


def test_what_was_tried_is_told():
    tried = Tried("overfitting", "lightgbm-1-calmer", Range(0.1, 0.05, 0.2), 0.4)
    found = diagnose(replace(checkup(), tried=(tried,)))
    assert found.tried == (tried,)
    message = next(f.message for f in found.findings if f.code == "iterated")
    assert "lightgbm-1-calmer for overfitting (better by 0.1, 0.05 to 0.2; 40% of the ensemble)" in message


def test_drift_is_looked_for_in_time_alone():
    rising = replace(checkup(), fold=np.arange(N) // 400, y=Y + (np.arange(N) >= 1600))
    assert codes(replace(rising, ordered=True)) == {"drift"}  # the rest follows from it
    assert "drift" not in codes(rising)


def test_without_time_for_neighbours_there_is_no_ceiling():
    found = diagnose(replace(checkup(), x={}))
    assert found.ceiling is None
    assert found.findings == ()
