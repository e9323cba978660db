"""What a judgement is made from: the truth, the predictions, and how they came to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from numpy.typing import NDArray

from mlwright.contracts.records import Finding, Label, TaskKind
from mlwright.metrics import Metric

Array = NDArray[Any]
Select = Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class Held:
    """Which of some rows (``rows`` (m,) row numbers) lie in the interval or label set that was promised for them and
    that they had no part in setting: ``holds`` (m,), and its width ``widths`` (m,), in the target's unit or labels."""

    rows: Array
    holds: Array
    widths: Array


@dataclass(frozen=True, eq=False)
class Evened:
    """One single trial out of fold, taught as it is (``plain``) and by rows weighted so that no group of the sensitive
    columns tells the class (``even``), each (m, k) for m rows with their truth ``y``, ``weight`` and ``frame``."""

    y: Array
    frame: pl.DataFrame
    plain: Array
    even: Array
    weight: Array | None = None


@dataclass(frozen=True, eq=False)
class Evidence:
    """Predictions for n rows, none of which a model saw that predicts it.

    ``y`` (n,) class indices or numbers; every prediction is (n, k) probabilities or (n,) values. ``baselines`` are
    simpler predictors on the same rows ("constant", "small tree", "linear model"); without a "constant" the mean of the
    target or the shares of the classes stand in. ``groups`` (n,) are drawn whole when samples are drawn; ``weight``
    (n,) says how much each row counts, in numbers above 0 (None: all alike). ``method`` says in words how the
    predictions were made.

    If ``prediction`` was chosen among several on these same rows, ``out_of_fold`` has all of them by trial, and
    ``select(rows)`` makes the choice again from these row numbers alone (some several times, some not at all) and
    returns what it then predicts for all n rows; without ``select`` the best single one is chosen, as ``prediction``
    then must have been. ``periods`` (n,) numbers the rows that came in the same time, where one model is asked about
    later rows than another's. ``samples`` is how often this is done (None: 40 to 100 times, by size).

    ``metric`` is one of ours, by its name, or one of somebody else's, which may be asked about ``calls`` times (None:
    as often as is good); ``metric_reason`` (why this one) becomes the last reason of the verdict. ``difference`` is the
    largest between the graph and the models.

    ``frame`` has the features of the n rows, ``held`` what is known of intervals or label sets.
    """

    task: TaskKind
    classes: tuple[Label, ...]
    metric: str | Metric
    y: Array
    prediction: Array
    method: str
    metric_reason: str = ""
    threshold: float | None = None
    baselines: Mapping[str, Array] = field(default_factory=dict)
    groups: Array | None = None
    periods: Array | None = None
    weight: Array | None = None
    out_of_fold: Mapping[str, Array] | None = None
    select: Select | None = None
    samples: int | None = None
    calls: int | None = None
    findings: tuple[Finding, ...] = ()
    difference: float = 0.0
    frame: pl.DataFrame | None = None
    held: Held | None = None
