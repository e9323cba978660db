"""The metrics by name, and the choice among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mlwright.contracts.errors import InputError, near_miss
from mlwright.contracts.records import Measure, TaskKind
from mlwright.metrics import decisions, probabilities, ranking, values
from mlwright.metrics.metric import Metric

BINARY: tuple[TaskKind, ...] = ("binary",)
CLASSES: tuple[TaskKind, ...] = ("binary", "multiclass")
NUMBERS: tuple[TaskKind, ...] = ("regression",)
RARE = 0.05

_ALL = (
    Metric(
        "roc_auc",
        "ROC AUC",
        "How often a row of the class gets a higher probability than another row: 0.5 is a coin toss, 1 is always.",
        CLASSES,
        "probability",
        True,
        ranking.roc_auc,
    ),
    Metric(
        "average_precision",
        "average precision",
        "Going down from the highest probability, which share of the rows met so far is of the class; "
        "guessing reaches the share of the class in the data.",
        CLASSES,
        "probability",
        True,
        ranking.average_precision,
    ),
    Metric(
        "log_loss",
        "log loss",
        "How surprised the probabilities are by the truth: 0 is certain and right; being sure and wrong costs most.",
        CLASSES,
        "probability",
        False,
        probabilities.log_loss,
    ),
    Metric(
        "brier",
        "Brier score",
        "The squared distance between probability and truth: 0 is certain and right.",
        CLASSES,
        "probability",
        False,
        probabilities.brier,
    ),
    Metric(
        "accuracy",
        "accuracy",
        "The share of rows that are answered right.",
        CLASSES,
        "label",
        True,
        decisions.accuracy,
    ),
    Metric(
        "balanced_accuracy",
        "balanced accuracy",
        "The share answered right within each class, averaged, so that a rare class counts as much as a frequent one.",
        CLASSES,
        "label",
        True,
        decisions.balanced_accuracy,
    ),
    Metric(
        "precision",
        "precision",
        "Of the rows answered with the second class, the share that is of it.",
        BINARY,
        "label",
        True,
        decisions.precision,
    ),
    Metric(
        "recall",
        "recall",
        "Of the rows of the second class, the share that is found.",
        BINARY,
        "label",
        True,
        decisions.recall,
    ),
    Metric(
        "f1",
        "F1",
        "One number for precision and recall of the second class: high only if both are.",
        BINARY,
        "label",
        True,
        decisions.f1,
    ),
    Metric(
        "f1_macro",
        "F1 (mean over classes)",
        "The F1 of each class, averaged, so that a rare class counts as much as a frequent one.",
        CLASSES,
        "label",
        True,
        decisions.f1_macro,
    ),
    Metric(
        "f1_weighted",
        "F1 (weighted by class size)",
        "The F1 of each class, averaged with the number of rows in it as its weight.",
        CLASSES,
        "label",
        True,
        decisions.f1_weighted,
    ),
    Metric(
        "mcc",
        "Matthews correlation",
        "How strongly answers and truth go together: 0 is chance, 1 is perfect, below 0 is worse than chance.",
        CLASSES,
        "label",
        True,
        decisions.mcc,
    ),
    Metric(
        "rmse",
        "RMSE",
        "The typical error in the target's own unit, in which large errors count more than small ones.",
        NUMBERS,
        "value",
        False,
        values.rmse,
    ),
    Metric(
        "mae",
        "mean absolute error",
        "The mean distance between prediction and truth, in the target's own unit.",
        NUMBERS,
        "value",
        False,
        values.mae,
    ),
    Metric(
        "median_absolute_error",
        "median absolute error",
        "Half of the predictions are nearer to the truth than this, in the target's own unit.",
        NUMBERS,
        "value",
        False,
        values.median_absolute_error,
    ),
    Metric(
        "r2",
        "R²",
        "The share of the target's ups and downs that is explained: 0 is no better than its mean, 1 is perfect.",
        NUMBERS,
        "value",
        True,
        values.r2,
    ),
    Metric(
        "mape",
        "mean percentage error",
        "The mean error as a share of the true value (0.1 is 10%); rows whose true value is 0 are left out.",
        NUMBERS,
        "value",
        False,
        values.mape,
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({m.name: m for m in _ALL})

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "auc": "roc_auc",
        "rocauc": "roc_auc",
        "auroc": "roc_auc",
        "roc_auc_ovr": "roc_auc",
        "ap": "average_precision",
        "pr_auc": "average_precision",
        "auprc": "average_precision",
        "logloss": "log_loss",
        "cross_entropy": "log_loss",
        "brier_score": "brier",
        "acc": "accuracy",
        "f1_score": "f1",
        "matthews_corrcoef": "mcc",
        "root_mean_squared_error": "rmse",
        "mse": "rmse",  # the same order of models, in a unit that a reader can use
        "mean_squared_error": "rmse",
        "mean_absolute_error": "mae",
        "medae": "median_absolute_error",
        "r_squared": "r2",
        "r2_score": "r2",
        "mean_absolute_percentage_error": "mape",
    }
)


def find(metric: str | Metric, task: TaskKind) -> Metric:
    """The metric of that name; common other names are understood, scikit-learn's ``neg_`` ones too. One that is given
    as such is that one.

    Raises InputError, with what fits the task, if there is none or it is for another task.
    """
    found = metric if isinstance(metric, Metric) else ours(metric)
    fitting = [m.name for m in METRICS.values() if task in m.tasks]
    offer = f"for a {task} target there are: {', '.join(fitting)}"
    if found is None:
        key = _key(str(metric))
        hint = near_miss(key, fitting) or near_miss(key, METRICS) or near_miss(key, ALIASES)
        raise InputError(f"no metric {metric!r}" + (f"; {hint}" if hint else ""), where="metric", way_out=offer)
    if task not in found.tasks:
        meant = " and ".join(found.tasks)
        raise InputError(f"{found.name} is for {meant} targets, and this one is {task}", where="metric", way_out=offer)
    return found


def ours(name: str) -> Metric | None:
    """The one of our own metrics that a name stands for."""
    key = _key(name)
    return METRICS.get(ALIASES.get(key, key))


def known(name: str, measure: Measure | None = None) -> Metric | Measure | None:
    """What is known of the metric of that very name: one of ours, or the one that a record tells of."""
    return METRICS.get(name) or (measure if measure is not None and measure.name == name else None)


def _key(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_").removeprefix("neg_")


def choose(task: TaskKind, counts: Sequence[int]) -> tuple[str, str]:
    """The metric to use when none is named, and why. ``counts``: rows in each class, in the order of the classes."""
    if task == "regression":
        return "rmse", "It is in the target's own unit, and a few large errors count more than many small ones."
    if task == "multiclass":
        return "log_loss", (
            f"With {len(counts)} classes, it judges the probabilities of all of them at once, needs no threshold, "
            "and punishes being sure and wrong."
        )
    share = counts[1] / max(1, sum(counts))
    if share < RARE:
        return "average_precision", (
            f"Only {share:.1%} of the rows are of the second class: ROC AUC would look good even when most of the rows "
            "that are picked out are wrong ones, and average precision counts exactly those."
        )
    return "roc_auc", (
        "It judges how well the two classes are told apart at every threshold, so that the costs of the two kinds of "
        "error can be decided later."
    )
