"""How long boosting should wait for a better round: rules beside one another, on the same curves.

    python benchmarks/quality/plateau.py --bench FOLDER [--tasks a,b] [--rows 6000] [--seconds 8]

Only the train part of a task is read. Two folds of each configuration are boosted far beyond where any rule would stop
them (for so many seconds at most; CatBoost twice as long), while the loss of the watched rows and of the fold's rows is
noted after every round. A rule is then played on the first: the loss of the fold's rows at the round that it keeps, and
the rounds until it stops, beside those of the rule that was in force before: 50 rounds, of 1,500 (CatBoost: 1,000) at
most. "best" is what a rule that knew the fold's rows would keep.

Needs: the benchmark folder (tasks.py and its data)
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import catboost
import lightgbm
import numpy as np
import xgboost
from numpy.typing import NDArray

from mlwright import plugins
from mlwright.trials import assign

TASKS = (
    "airfoil,concrete,boston,insurance,abalone,cal_housing,diamonds,casp,employee_salaries,bike_sharing,"
    "house_prices_nominal,phoneme,kc1,credit_g,diabetes,bank_customer_churn,segment,car,vehicle,wine_quality_white"
)
CONFIGURATIONS = ("lightgbm-12", "lightgbm-9", "lightgbm-10", "xgboost-4", "xgboost-8", "catboost-1", "catboost-3")
MOST = 4_000  # rounds
FOLDS = 2
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """So many rounds, and a share of those up to the last gain, are waited for the next; what is less than a share of
    the loss is no gain."""

    rounds: int
    share: float = 0.0
    gain: float = 0.0
    most: int = MOST

    def kept(self, losses: Floats) -> tuple[int, int]:
        """The round of the least loss, from 0, and the rounds until the rule stops."""
        best = gained = 0
        level = float("inf")
        for place, loss in enumerate(losses[: self.most]):
            if loss < losses[best]:
                best = place
            if loss < level * (1 - self.gain):
                gained, level = place + 1, loss
            if place + 1 - gained >= self.rounds + self.share * gained:
                return best, place + 1
        return best, min(len(losses), self.most)


RULES = (
    *(Rule(50), Rule(100), Rule(200), Rule(50, gain=0.003), Rule(20, 0.1), Rule(30, 0.2), Rule(50, 0.3)),
    *(Rule(30, 0.2, 0.001), Rule(30, 0.2, 0.003), Rule(30, 0.2, 0.005), Rule(20, 0.2, 0.003), Rule(30, 0.3, 0.003)),
)


class Until:
    """Ends a boosting of CatBoost at a moment."""

    def __init__(self, moment: float):
        self.moment = moment

    def after_iteration(self, _: Any) -> bool:
        return time.monotonic() < self.moment


class UntilXGBoost(xgboost.callback.TrainingCallback):
    """The same for XGBoost, which asks the other way round."""

    def __init__(self, moment: float):
        super().__init__()
        self.moment = moment

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        return time.monotonic() > self.moment


def curves(made: Any, library: str, parts: list[tuple[Any, Any]], seconds: float) -> list[Floats]:
    """The losses of the second and third part, round by round, of boosting on the first."""
    moment = time.monotonic() + seconds
    if library == "lightgbm":
        params, told = made._params(0, len(parts[0][0])), {}  # type: ignore[var-annotated]
        learnt = lightgbm.Dataset(*parts[0], params=params)
        seen = [lightgbm.Dataset(x, y, reference=learnt, params=params) for x, y in parts[1:]]

        def end(env: Any) -> None:
            if time.monotonic() > moment:
                raise lightgbm.callback.EarlyStopException(env.iteration, env.evaluation_result_list)

        note = lightgbm.record_evaluation(told)
        lightgbm.train(params, learnt, MOST, valid_sets=seen, valid_names=["1", "2"], callbacks=[note, end])
    elif library == "xgboost":
        learnt, told = xgboost.QuantileDMatrix(*parts[0], nthread=1), {}
        evals = [(xgboost.QuantileDMatrix(x, y, ref=learnt, nthread=1), str(i)) for i, (x, y) in enumerate(parts[1:])]
        end_it: Any = [UntilXGBoost(moment)]
        xgboost.train(
            made._params(0), learnt, MOST, evals=evals, evals_result=told, callbacks=end_it, verbose_eval=False
        )
    else:
        model, watched = made._model(0, MOST, made.rate), [catboost.Pool(x, y, thread_count=1) for x, y in parts[1:]]
        model.set_params(metric_period=1)
        model.fit(catboost.Pool(*parts[0], thread_count=1), eval_set=watched, callbacks=[Until(moment + seconds)])
        told = {name: of for name, of in sorted(model.get_evals_result().items()) if name != "learn"}
    return [np.array(next(iter(of.values()))) for of in told.values()]


def measure(bench: str, task: str, rows: int, seconds: float) -> dict[str, list[list[Floats]]]:
    """Configuration -> the curves of each fold."""
    sys.path[:0] = [bench, str(Path(__file__).parent / "portfolio")]
    import tasks
    from candidates import configurations
    from collect import matrices
    from features import read

    data, found = read(tasks.load(task), rows), defaultdict(list)
    made, largest = matrices(data, {"trees"}), np.finfo(np.float32).max
    for name, fold in product(CONFIGURATIONS, range(FOLDS)):
        library, options = configurations()[name]
        x, scored = (np.clip(part, -largest, largest) for part in made["trees", fold])
        truth, judged = data.truth.at(data.folds.train(fold)), data.truth.at(data.folds.valid(fold))
        watch = assign("plain", truth, None, 8, fold).of == 0
        model: Any = plugins.make("mlwright.learners", library, options)
        model._task, model._width, model._bound = truth.task, truth.width, ()
        parts = [(x[~watch], truth.values[~watch]), (x[watch], truth.values[watch]), (scored, judged.values)]
        watched, scores = curves(model, library, parts, seconds)
        rooted = truth.task == "regression" and library != "lightgbm"  # a root of a mean square is told
        found[name].append([watched, scores**2 if rooted else scores])
    return found


def told(of: dict[str, dict[str, list[list[Floats]]]]) -> None:
    """A line a rule: losses and rounds beside those of the rule before."""

    def played(folds: list[list[Floats]], rule: Rule | None) -> tuple[float, float]:
        ends = [rule.kept(seen) if rule else (int(np.argmin(judged)), len(judged)) for seen, judged in folds]
        losses = [judged[place] for (_, judged), (place, _) in zip(folds, ends, strict=True)]
        return float(np.mean(losses)), float(np.mean([rounds for _, rounds in ends]))

    print("| rounds, share, gain | loss, mean | median | where most | rounds |\n|---|---|---|---|---|")
    for rule in (*RULES, None):
        changes, ran = {}, []
        for task, configurations in of.items():
            logs = []
            for name, folds in configurations.items():
                usual = played(folds, Rule(50, most=1_000 if name.startswith("catboost") else 1_500))
                loss, rounds = played(folds, rule)
                logs.append(np.log(loss / usual[0]))
                ran.append(np.log(rounds / usual[1]))
            changes[task] = float(np.mean(logs))
        most = sorted(changes, key=lambda task: -abs(changes[task]))[:3]
        named = f"{rule.rounds}, {rule.share:g}, {rule.gain:.1%}" if rule else "best"
        cells = [named, f"{np.mean(list(changes.values())):+.2%}", f"{np.median(list(changes.values())):+.2%}"]
        cells += [", ".join(f"{task} {changes[task]:+.1%}" for task in most), f"{np.exp(np.mean(ran)):.2f} times"]
        print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    """Tasks side by side, one a core."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--rows", type=int, default=6_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    args = parser.parse_args()
    for library in ("OMP_NUM", "OPENBLAS_NUM", "POLARS_MAX"):
        os.environ[f"{library}_THREADS"] = "1"  # read when a process imports them
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        names = args.tasks.split(",")
        jobs = [pool.submit(measure, args.bench, name, args.rows, args.seconds) for name in names]
        told({name: job.result() for name, job in zip(names, jobs, strict=True)})


if __name__ == "__main__":
    main()
