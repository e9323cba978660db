"""The metric that a run is judged by: named, given or installed, and given again where a run goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import mlwright
from mlwright.contracts.errors import InputError, RunError
from mlwright.contracts.records import Problem, Score, Verdict
from mlwright.lifecycle.judges import again, engaged, given, of_verdict
from mlwright.store import Run

HALF = 0.5


def cost(y_true, y_pred, sample_weight=None):
    """What wrong answers cost."""
    return np.average(np.where(y_true == y_pred, 0.0, np.where(y_true == 1, 5.0, HALF)), weights=sample_weight)


def plain(y_true, y_pred):
    return np.mean(y_true == y_pred)


COST = mlwright.Metric.of(cost, needs="label", greater_is_better=False)


def test_a_metric_is_a_name_or_a_function():
    assert given(None) == (None, None)
    assert given("anything") == ("anything", None)
    assert given(COST) == ("cost", COST)
    assert given(plain)[1].measure == mlwright.Metric.of(plain).measure


@pytest.mark.parametrize("name", ["rmse", "AUC", "neg_log_loss"])
def test_a_function_does_not_take_the_name_of_one_of_ours(name):
    with pytest.raises(InputError, match="already") as caught:
        given(mlwright.Metric.of(cost, name=name))
    assert "Metric.of" in caught.value.way_out


def test_a_problem_tells_of_its_metric():
    asked, own = engaged(Problem(target="y", metric="cost"), COST)
    assert (asked.metric, asked.measure, own) == ("cost", COST.measure, COST)
    for metric in (None, "f1", "nothing"):  # what is no name at all is told when the task is known
        assert engaged(Problem(target="y", metric=metric), None) == (Problem(target="y", metric=metric), None)


def test_a_function_without_weights_can_not_count_rows_by_them():
    own = mlwright.Metric.of(plain, needs="label")
    with pytest.raises(InputError, match="'plain' can't count rows by the weight 'w'") as caught:
        engaged(Problem(target="y", metric="plain", weight="w"), own)
    assert "sample_weight" in caught.value.way_out


def test_a_run_goes_on_with_the_metric_that_it_was_begun_with(tmp_path):
    ours, _ = Problem(target="y", metric="f1"), None
    own, _ = engaged(Problem(target="y", metric="cost"), COST)
    assert again(ours, None, tmp_path) is None
    assert again(own, COST, tmp_path) is COST
    with pytest.raises(RunError, match="the function of its metric 'cost' is not here") as caught:
        again(own, None, tmp_path)
    assert "mlwright.resume(" in caught.value.way_out and "mlwright.metrics" in caught.value.way_out
    with pytest.raises(RunError, match="judged by 'cost', and not by 'plain'"):
        again(own, mlwright.Metric.of(plain), tmp_path)
    with pytest.raises(RunError, match="judged by 'cost', made otherwise"):
        again(own, mlwright.Metric.of(cost), tmp_path)
    with pytest.raises(RunError, match="judged by 'f1', and not by 'cost'"):
        again(ours, COST, tmp_path)
    with pytest.raises(RunError, match="the metric that fits"):
        again(Problem(target="y"), COST, tmp_path)


def test_a_verdict_is_asked_again_by_its_metric_where_that_is_at_hand():
    score = Score(metric="f1", value=0.5, low=0.4, high=0.6)
    facts = {"decision": "ship", "reasons": (), "score": score, "scores": (score,), "baselines": {}, "method": ""}
    assert of_verdict(Verdict(metric="f1", rows=3, **facts)) == "f1"
    assert of_verdict(Verdict(metric="cost", rows=3, measure=COST.measure, **facts)) is None


@pytest.mark.slow
def test_a_function_judges_a_run_and_sets_its_threshold(table, tmp_path):
    seen = []
    model = mlwright.train(
        table("binary"),
        "target",
        metric=COST,
        trials=1,
        runs=tmp_path,
        listener=lambda event, **facts: seen.append((event, facts)),
    )
    verdict = model.verdict
    assert (verdict.metric, verdict.score.metric, verdict.scores[0].metric) == ("cost",) * 3
    assert verdict.measure == COST.measure
    assert {s.metric for s in verdict.scores} > {"cost", "roc_auc", "accuracy"}
    assert verdict.score.value < verdict.baselines["constant"].value <= 5 * HALF
    assert verdict.threshold < 0.5  # missing a "yes" costs ten times as much
    assert {facts["title"] for event, facts in seen if event == "trial"} == {"cost"}
    (run,) = tmp_path.iterdir()
    assert Run.open(run).read("problem", Problem).measure == COST.measure
    model.save(tmp_path / "saved")
    assert "What wrong answers cost. (cost; lower is better.)" in (tmp_path / "saved" / "card.md").read_text()


@pytest.mark.slow
def test_plain_functions_judge_numbers_and_weighed_rows(table):
    def worst(y_true, y_pred):
        return -float(np.abs(y_true - y_pred).max())

    model = mlwright.train(table("regression"), "target", metric=worst, trials=1)
    assert model.verdict.metric == "worst" and model.verdict.score.value < 0
    weighed = table("binary").with_columns(w=pl.Series(np.random.default_rng(0).exponential(size=200)))
    model = mlwright.train(weighed, "target", metric=COST, weight="w", trials=1)
    assert "each row counts by its 'w'" in model.verdict.method


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda y_true, y_pred: 1 / 0, "the metric 'lambda' raised ZeroDivisionError"),
        (lambda y_true, y_pred: np.nan, "the metric 'lambda' gave nan"),
        (lambda y_true: 0.0, "the metric 'lambda' raised TypeError"),
        (mlwright.Metric.of(plain, needs="value"), "'no'"),  # for numbers, and the target holds words
    ],
)
def test_a_function_that_fails_is_told_before_anything_is_fitted(table, tmp_path, function, told):
    with pytest.raises(InputError) as caught:
        mlwright.train(table("binary"), "target", metric=function, trials=1, runs=tmp_path)
    assert told in str(caught.value)
    assert not list(tmp_path.glob("*/trials/*"))


@pytest.mark.alone
@pytest.mark.slow
def test_a_function_is_asked_as_often_as_the_budget_allows(table, tmp_path):
    calls = []

    def slow(y_true, y_pred):
        calls.append(time.monotonic())
        time.sleep(0.01)
        return float(np.mean(y_true == y_pred.argmax(axis=1)))

    model = mlwright.train(table("binary"), "target", metric=slow, budget="12s")
    assert model.verdict.score.low < model.verdict.score.value < model.verdict.score.high
    assert 100 <= len(calls) <= 600  # of some 700 without a budget

    def slower(y_true, y_pred):
        time.sleep(0.2)
        return 0.5

    with pytest.raises(InputError, match=r"'slower' takes .* for 200 rows, too long for a budget of 12 s") as caught:
        mlwright.train(table("binary"), "target", metric=slower, budget="12s")
    assert "--budget" in caught.value.way_out


@pytest.mark.slow
def test_a_run_with_a_function_goes_on_when_it_is_given_again(table, tmp_path):
    def stop(event, **facts):
        if event == "stage" and facts["stage"] == "evaluate":
            raise KeyboardInterrupt

    table("binary").write_csv(tmp_path / "data.csv")
    asked = {"target": "target", "metric": COST, "trials": 1}
    whole = mlwright.train(tmp_path / "data.csv", **asked)
    with pytest.raises(KeyboardInterrupt):
        mlwright.train(tmp_path / "data.csv", runs=tmp_path / "runs", out=tmp_path / "m", listener=stop, **asked)
    (run,) = (tmp_path / "runs").iterdir()
    with pytest.raises(RunError, match="'cost' is not here"):
        mlwright.resume(run)
    model = mlwright.resume(run, metric=COST)
    assert model.verdict == whole.verdict
    assert mlwright.resume(run).verdict == whole.verdict  # it is finished, and asks nothing any more


@pytest.fixture
def plugin(tmp_path):
    """Runs commands in a folder where a package lists metrics, or does not."""
    site, place = tmp_path / "site", tmp_path / "place"
    (site / "stranger-1.0.dist-info").mkdir(parents=True)
    place.mkdir()
    (site / "stranger.py").write_text(
        "import mlwright, numpy as np\n"
        "def hits(y_true, y_pred, sample_weight=None):\n"
        "    return np.average(y_true == y_pred, weights=sample_weight)\n"
        "HITS = mlwright.Metric.of(hits, needs='label')\n"
        "def torn(y_true, y_pred):\n"
        "    raise RuntimeError('torn')\n",
        "utf-8",
    )
    info = site / "stranger-1.0.dist-info"
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n", "utf-8")
    points = "[mlwright.metrics]\nshare_of_hits = stranger:HITS\ntorn = stranger:torn\ngone = stranger:gone\n"
    (info / "entry_points.txt").write_text(points, "utf-8")

    def command(words, code, there=True):
        environment = {**os.environ, "NO_COLOR": "1", **({"PYTHONPATH": str(site)} if there else {})}
        program = [Path(sys.executable).with_name("mlwright"), *words.split()]
        done = subprocess.run(program, cwd=place, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout + done.stderr

    return place, command


@pytest.mark.slow
@pytest.mark.story
def test_a_plug_in_is_named_on_the_command_line(table, plugin):
    place, command = plugin
    table("binary").write_csv(place / "data.csv")
    train = "train data.csv --target target --trials 1 --out m"
    assert "share_of_hits on 200 rows, higher is better" in command(f"{train} --metric share_of_hits", 0)
    told = command("evaluate m data.csv", 0)
    assert "It is better than promised: share_of_hits" in told or "It holds: share_of_hits" in told
    told = command("evaluate m data.csv", 0, there=False)
    assert "the function of 'share_of_hits', by which it was judged, is not here" in told
    assert "no metric 'share_of_hit'; did you mean 'share_of_hits'?" in command(f"{train} --metric share_of_hit", 2)
    assert "no metric 'share_of_hits'" in command(f"{train} --metric share_of_hits", 2, there=False)
    assert "the metric 'torn' raised RuntimeError: torn" in command(f"{train} --metric torn", 2)
    assert "the plug-in of the metric 'gone' can't be loaded" in command(f"{train} --metric gone", 2)
    (run,) = (r for r in (place / "runs").iterdir() if not (r / "release.json").exists())
    told = command(f"resume {run.relative_to(place)}", 2, there=False)
    assert "the function of its metric 'torn' is not here" in told and "mlwright.metrics" in told
