"""The number in plain words: what is large on the first screen says the same as what engineers read."""

from __future__ import annotations

import pytest

from mlwright.contracts.records import Measure, Notation, Score, Split, Target
from mlwright.metrics import METRICS
from mlwright.report.telling import errors, heeded, hundred, judged, number, worth

BINARY = Target(name="y", task="binary", classes=("no", "yes"))
PRICE = Target(name="y", task="regression", notation=Notation(unit="$"))


def judged_by(reports, metric, value, low, high, task="binary"):
    score = Score(metric, value, low, high)
    rest = tuple(s for s in reports.verdict(task).scores if s.metric != metric)
    return reports.verdict(task, metric=metric, score=score, scores=(score, *rest))


@pytest.mark.parametrize(
    ("metric", "big", "says"),
    [
        ("roc_auc", "84 in 100", "which is which 84 times in 100"),
        ("accuracy", "84 in 100", "answers 84 right"),
        ("recall", "84 in 100", "that are “yes”, it finds 84"),
        ("average_precision", "84 in 100", "most likely “yes”, 84 in 100"),
        ("log_loss", "81 in 100", "answers 81 right"),  # no plain words: the share of right answers stands for it
    ],
)
def test_a_measure_of_classes_is_said_in_hundreds(reports, metric, big, says):
    told = number(judged_by(reports, metric, 0.84, 0.8, 0.87), BINARY)
    assert told.big == big
    assert says in told.says
    assert "0.84 (0.8 to 0.87)" in told.exact
    assert told.moves == ("80 to 87" if metric != "log_loss" else "78 to 83")


def test_a_number_is_said_with_its_unit(reports):
    told = number(judged_by(reports, "rmse", 26033.0, 22315.0, 30152.0, "regression"), PRICE)
    assert (told.big, told.moves) == ("off by 26,033 $", "22,315 $ to 30,152 $")
    assert number(judged_by(reports, "r2", 0.9, 0.8, 0.95, "regression"), PRICE).big == "90%"


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_metric_has_words(reports, task):
    target = {"binary": BINARY, "regression": PRICE}.get(task, Target("y", "multiclass", ("a", "b", "c")))
    for name, metric in METRICS.items():
        if task in metric.tasks:
            told = number(judged_by(reports, name, 0.5, 0.4, 0.6, task), target)
            assert told.says and "{" not in told.says + told.big + told.moves


def test_a_metric_of_somebody_else_is_told_of_by_its_record(reports):
    score = Score("cost", 0.5, 0.4, 0.6)
    measure = Measure("cost", "cost", "What errors cost.", ("regression",), "value", False)
    told = number(reports.verdict("regression", metric="cost", score=score, scores=(score,), measure=measure), PRICE)
    assert (told.big, told.says) == ("0.5", "What errors cost.")
    assert told.exact.endswith("lower is better")


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0"), (0.5, "50"), (0.993, "99.3"), (0.99999, "99.9"), (1.0, "100"), (0.0001, "0.1")]
)
def test_nearly_all_is_not_all(share, said):
    assert hundred(share) == said


def test_errors_are_told_in_hundreds_of_rows(reports):
    said = " ".join(errors(reports.verdict("binary"), BINARY))
    assert "Of 1,309 rows, 1,060 are answered right (81%)." in said
    assert "Of 100 rows that are “yes”, it finds 72." in said
    assert "Where it says “yes”, that is right 77 times in 100." in said
    many = Target("y", "multiclass", ("bus", "opel", "saab", "van"))
    assert "“saab” for “opel”, in 95 of 215 rows" in " ".join(errors(reports.verdict("multiclass"), many))
    assert "off by 16,912 $ on average" in " ".join(errors(reports.verdict("regression"), PRICE))


def test_what_the_judging_heeded_is_told(reports):
    from msgspec.structs import replace

    told = reports.report()
    assert heeded(told) == ""
    assert "each by models that had not seen it" in judged(told)
    for split, said in (
        (
            Split("time", "since", inferred=True),
            "in the order of “since”: each was predicted from earlier ones alone. Nobody",
        ),
        (Split("time"), "as they lie, in the order of time"),
        (Split("group", "shop"), "share “shop” belong together"),
    ):
        assert said in heeded(replace(told, table=replace(told.table, split=split)))
    assert "put aside before anything" in judged(replace(told, table=replace(told.table, sealed="rows")))


def test_a_value_has_its_unit_only_where_there_is_one():
    assert worth(1234.5, PRICE) in ("1,234 $", "1,235 $")
    assert worth(2.5, Target(name="y", task="regression")) == "2.5"
