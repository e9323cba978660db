"""Reports made by hand, of every task and with everything that a report can hold."""

from __future__ import annotations

from typing import Any

import msgspec

from mlwright.contracts.insight import (
    Bin,
    Calibration,
    Change,
    Counterfactual,
    Coverage,
    Cutoff,
    Diagnosis,
    Effect,
    Example,
    Explanation,
    Gap,
    Importance,
    Interaction,
    Mitigation,
    Part,
    Point,
    Range,
    Rung,
    Scrutiny,
    Slice,
    Tried,
)
from mlwright.contracts.records import (
    Candidates,
    Column,
    Finding,
    Member,
    Notation,
    Problem,
    Profile,
    Provenance,
    Schema,
    Score,
    Table,
    Target,
    Trial,
    TrialSpec,
    Verdict,
)
from mlwright.contracts.report import Report

CLASSES = {"binary": ("no", "yes"), "multiclass": ("bus", "opel", "saab", "van"), "regression": ()}
METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
LEAK = Finding(
    code="leak-suspect",
    severity="severe",
    message="The column 'boat' tells the answer almost alone.",
    column="boat",
    remedy="Is it known when the question is asked? If not, leave it out.",
)
MENDED = Finding(
    code="repaired", severity="info", message="-999 stood for missing in 'age' (12 cells).", remedy="Read so."
)
COLUMNS = (
    Column(name="age", kind="numeric", missing=263, unique=98, low=0.17, high=80.0),
    Column(name="sex", kind="categorical", unique=2, levels=("male", "female")),
    Column(name="fare", kind="numeric", low=0.0, high=512.3, missing=1),
    Column(name="boat", kind="categorical", unique=27, levels=("13", "C", "15"), missing=823),
    Column(name="since", kind="datetime", low=0.0, high=86400.0 * 365),
    Column(name="ticket", kind="identifier", unique=1309),
)


def near(value: float, size: float) -> Range:
    return Range(value, value - size, value + size)


def verdict(task: str, **changes: Any) -> Verdict:
    names = {
        "binary": {"roc_auc": 0.843, "accuracy": 0.81, "log_loss": 0.44, "f1": 0.72},
        "multiclass": {"log_loss": 0.52, "accuracy": 0.79, "balanced_accuracy": 0.78},
        "regression": {"rmse": 28431.0, "mae": 16912.0, "median_absolute_error": 10021.0, "r2": 0.87},
    }[task]
    scores = tuple(Score(n, v, 0.96 * v, 1.03 * v) for n, v in names.items())
    worse = {"binary": (0.5, 0.79), "multiclass": (1.386, 0.9), "regression": (79415.0, 41000.0)}[task]
    baselines = {
        n: Score(scores[0].metric, v, 0.98 * v, 1.02 * v)
        for n, v in zip(("constant", "linear model"), worse, strict=True)
    }
    table = {
        "binary": ((700, 109), (140, 360)),
        "multiclass": ((200, 3, 2, 0), (4, 110, 90, 2), (3, 95, 115, 2), (0, 2, 1, 190)),
    }
    facts: dict[str, Any] = {
        "decision": "hold",
        "reasons": (
            f"{LEAK.message} {LEAK.remedy}",
            "Better than always giving the same answer.",
            "Judged by it.",
            "And more.",
        ),
        "metric": scores[0].metric,
        "score": scores[0],
        "scores": scores,
        "baselines": baselines,
        "method": "5-fold cross-validation (every row predicted by models that did not see it)",
        "rows": 1309,
        "confusion": table.get(task, ()),
        "findings": (LEAK, MENDED, Finding(code="skewed", severity="warning", message="'fare' is skewed.")),
    }
    return Verdict(**(facts | changes))


def explanation(task: str, columns: tuple[str, ...] = ("age", "sex", "fare", "boat")) -> Explanation:
    size = 20000.0 if task == "regression" else 0.2
    answer = CLASSES[task][-1] if CLASSES[task] else ""
    named = [columns[i % len(columns)] for i in range(4)]
    line = tuple(
        Point(size * (0.5 - i / 9), size * (0.4 - i / 9), size * (0.6 - i / 9), 0.1, at=8.0 * i) for i in range(10)
    )
    dots = tuple(
        Point(e * size, (e - 0.2) * size, (e + 0.1) * size, 0.5, level=name)
        for e, name in ((-0.4, "male"), (0.6, "female"))
    )
    parts = (Part(named[1], "female", 0.6 * size), Part(named[0], 8.0, 0.3 * size), Part(named[2], None, -0.1 * size))
    base = 181000.0 if task == "regression" else 0.38
    truth = 205000.0 if task == "regression" else answer
    kinds = ("typical", "sure", "unsure", "wrong")
    other = Counterfactual((Change(named[0], 8.0, 40.0),), base - size, "no" if answer else "")
    row = Example("typical", {named[0]: 8.0}, base + 0.8 * size, truth, base, parts, answer, answer, instead=other)
    return Explanation(
        rows=1309,
        metric=METRIC[task],
        answer=answer,
        importances=(
            Importance((named[1],), near(0.6 * size, 0.1 * size)),
            Importance((named[2], named[3]), near(0.4 * size, 0.05 * size)),
            Importance((named[0],), near(0.01 * size, 0.02 * size)),
        ),
        effects=(Effect(named[0], line, answer), Effect(named[1], dots, answer)),
        interactions=(Interaction((named[0], named[1]), 0.23),),
        examples=tuple(msgspec.structs.replace(row, kind=kind) for kind in kinds),
    )


def scrutiny(task: str) -> Scrutiny:
    number = task == "regression"
    size = 1e5 if number else 1.0
    bins = tuple(Bin(p * size, near((p + 0.02) * size, 0.05 * size), 131) for p in (0.05, 0.2, 0.4, 0.6, 0.8, 0.95))
    score = 28431.0 if number else 0.7
    coverage = Coverage(
        0.9,
        near(0.89, 0.02),
        61234.0 if number else 1.3,
        {"sex: male": near(0.91, 0.03), "sex: female": near(0.84, 0.04)},
    )
    slices = (
        Slice(("sex: female", "age: 18 to 25"), 88, near(score, 0.05 * score), 1.1 * score, 0.003, sensitive=True),
        Slice(("fare: 0 to 7.9",), 301, near(1.05 * score, 0.05 * score), 1.1 * score, 0.3),
    )
    uneven = Finding(
        code="uneven-groups", severity="warning", message="Women are served worse.", remedy="Train with --fair sex."
    )
    rate = {"binary": "missed", "multiclass": "wrong", "regression": "error"}[task]
    rates = {"male": near(0.1 * size, 0.02 * size), "female": near(0.22 * size, 0.03 * size)}
    gaps = (Gap("sex", rate, "male", "female", near(0.12 * size, 0.04 * size), rates, 0.002),)
    even = Mitigation("sex", {"male": 0.4, "female": 0.3}, 0.12, 0.01, "accuracy", 0.81, 0.8)
    return Scrutiny(
        calibration=tuple(Calibration(bins, 0.021 * size, answer) for answer in (CLASSES[task][1:] or ("",))),
        coverage=coverage,
        slices=slices,
        cutoff=Cutoff(0.31, near(1.2, 0.1), 1.5, near(0.3, 0.1)) if task == "binary" else None,
        gaps=gaps,
        mitigation=(even,) if task == "binary" else (),
        suspected=("sex",),
        findings=(uneven,),
    )


def diagnosis(task: str) -> Diagnosis:
    score = verdict(task).score.value
    rungs = tuple(Rung(100 * 2**i, near(score * (0.8 + 0.05 * i), 0.03 * score), seen=score * 1.1) for i in range(4))
    return Diagnosis(
        curve=rungs,
        ahead=(Rung(2600, near(score * 1.02, 0.05 * score)),),
        more=1300,
        gain=near(0.004 * score, 0.003 * score),
        ceiling=near(1.05 * score, 0.02 * score),
        tried=(Tried("underfitting", "deeper-1", near(0.01 * score, 0.02 * score), 0.3),),
        suspects=tuple(range(0, 900, 11)),
        findings=(
            Finding(
                code="too-little-data",
                severity="warning",
                message="It would learn more from more rows: 1,300 more would bring +0.004 ± 0.003.",
                remedy="Bring more rows.",
            ),
        ),
    )


def report(task: str = "binary", bare: bool = False, **changes: Any) -> Report:
    """A report with all there can be; if ``bare``, one without the three records that may be missing."""
    notation = Notation(unit="$") if task == "regression" else None
    counts = (809, 500, 300, 20)[: len(CLASSES[task])]
    target = Target(
        name="survived",
        task=task,
        classes=CLASSES[task],
        counts=counts,
        mean=181000.0,
        scale=79000.0,
        notation=notation,
    )
    trials = (
        Trial(
            spec=TrialSpec(id="t0", learner="lightgbm", options={"leaves": 31}), status="done", loss=-0.84, seconds=1.5
        ),
        Trial(spec=TrialSpec(id="t1", learner="linear", baseline=True), status="done", loss=-0.79, seconds=0.2),
        Trial(spec=TrialSpec(id="t2", learner="catboost", floor=-1.5), status="crashed", error="killed by | 9"),
    )
    facts: dict[str, Any] = {
        "model": "titanic",
        "problem": Problem(target="survived", seed=3, budget=60.0, monotone={"age": "down"}),
        "table": Table("titanic.csv", 1309, 0, "", "ab12", Schema(columns=COLUMNS, target=target)),
        "profile": Profile(rows=1309, leaks={"leak-suspect": "found", "leak-order": "clear", "leak-time": "no time"}),
        "candidates": Candidates(
            trials=trials,
            members=(Member("t0", 0.7, 3), Member("t1", 0.3, 2, folds=True)),
            metric=METRIC[task],
            metric_reason="It judges every threshold.",
            slope=1.1,
            latency=0.042,
            size=3_700_000,
        ),
        "verdict": verdict(task),
        "provenance": Provenance(
            fingerprint="ab12",
            source="titanic.csv",
            rows=1309,
            versions={"mlwright": "0.1.0"},
            seed=3,
            command="mlwright train titanic.csv --target survived",
            created="2026-01-31T12:00:00Z",
            commit=None,
            difference=3e-7,
            latency=0.042,
        ),
    }
    if not bare:
        facts |= {"explanation": explanation(task), "scrutiny": scrutiny(task), "diagnosis": diagnosis(task)}
    return Report(**(facts | changes))
