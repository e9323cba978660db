"""Runs another tool's search for leaks on tables in a folder; started by leak_peers.py in that tool's Python.

    python -P _leak_runner.py TOOL FOLDER

Reads FOLDER/jobs.json, a list of {file, target, task}, and writes FOLDER/TOOL.jsonl: the tool's version, then a line a
table with the columns that it calls a leak, those that any of its warnings names, and whether it tells of the order of
the rows. Every tool is asked as its own documentation shows, with its own thresholds. Nothing of mlwright is imported.

Needs: the tool, pandas and pyarrow
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

OBJECTIVES = {"binary": "Log Loss Binary", "multiclass": "Log Loss Multiclass", "regression": "R2"}  # evalml's "auto"


def catml(frame: pd.DataFrame, target: str, task: str) -> dict[str, Any]:
    """What `AutoML.fit` asks of the profile before it trains; columns set aside as identifiers count as named."""
    from automl.domain.datasets.profile import Dataset
    from automl.engine.profiling.dataset_profiler import profile_dataset

    profile = profile_dataset(Dataset("id", "workspace", "name", "path", target, task), frame)
    told = [r for r in profile.recommendations if r["severity"] in ("danger", "warning")]
    order = any(r["type"] == "leakage" and r["column"] == target for r in told)
    named = [r["column"] for r in told if r["column"] != target]
    return {"leak": profile.leakage_column_names, "named": named, "order": order}


def evalml(frame: pd.DataFrame, target: str, task: str) -> dict[str, Any]:
    """The data checks that an AutoML search runs by default."""
    from evalml.data_checks import DefaultDataChecks

    checks = DefaultDataChecks(task, OBJECTIVES[task])
    told = checks.validate(frame.drop(columns=target), frame[target])
    columns = [(one["code"], name) for one in told for name in one["details"]["columns"] or ()]
    leak = [name for code, name in columns if code == "TARGET_LEAKAGE"]
    return {"leak": leak, "named": [name for _, name in columns], "order": False}


def leaklens(frame: pd.DataFrame, target: str, task: str) -> dict[str, Any]:
    """`LeakLens(frame, target=...).run()`: target leakage and missing value leakage are its leaks of one table."""
    from leaklens import LeakLens

    told = [i for i in LeakLens(frame, target=target).run().issues if i.column and i.severity.value != "info"]
    leak = [i.column for i in told if i.analyzer in ("target_leakage", "missing_value_leakage")]
    return {"leak": leak, "named": [i.column for i in told], "order": False}


TOOLS = {"catml": catml, "evalml": evalml, "leaklens": leaklens}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    warnings.simplefilter("ignore")
    with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as out:
        print(json.dumps({"version": version(name), "pandas": pd.__version__}), file=out)
        jobs = json.loads((folder / "jobs.json").read_text("utf-8"))
        for at, job in enumerate([*jobs[:1], *jobs]):
            frame = pd.read_parquet(folder / job["file"])
            started = time.process_time()
            try:
                said = TOOLS[name](frame, job["target"], job["task"])
            except Exception as error:
                said = {"leak": [], "named": [], "order": False, "error": f"{type(error).__name__}: {error}"}
            if at:  # the first is asked twice, so that no import is in the seconds
                print(json.dumps({**said, "seconds": time.process_time() - started}), file=out, flush=True)


if __name__ == "__main__":
    main()
