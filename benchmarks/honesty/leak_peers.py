"""What other tools' searches find of the leaks that leaks.py plants, and what they alarm in untouched tables.

    python benchmarks/honesty/leak_peers.py --bench FOLDER --peer evalml=PYTHON --peer leaklens=PYTHON [--ours]
        [--whole] [--tables a,b] [--rows 2000] [--columns 16]

A PYTHON is the interpreter of an environment with that tool (catml, evalml or leaklens), pandas and pyarrow. The leaks
are planted by the code of leaks.py, so every tool is given the same rows; classes that are whole numbers are written as
numbers, as they stand in the files. A tool is asked in the way its documentation shows, with its own thresholds (see
_leak_runner.py). "Found" is a leak where the tool calls a column that was planted a leak, or, of the order of rows,
where it tells of that; "named" counts any warning that names such a column, whatever it is about. Where a tool fails
on a table it has found nothing there, and the failures are counted. Untouched are the same tables, the same rows.

Each of these tools compares one column at a time with the target, so it is given the columns that were planted and the
target alone, which takes less time; ``--whole`` gives it all columns. Untouched tables are always whole.

Needs: the benchmark folder (tasks.py and its data), and an environment for each peer
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from leaks import KINDS, STRENGTHS, Host, alarmed_of, fit_for, plantings, read, search, typed

RUNNER = Path(__file__).with_name("_leak_runner.py")


class Case(NamedTuple):
    """One table as a tool is given it; ``kind`` is empty where nothing was planted."""

    table: str
    kind: str
    strength: int
    columns: tuple[str, ...]
    width: int


class Answer(NamedTuple):
    """How many of a case's columns were called leaks and named at all (planted: whether), and what it took."""

    leak: float
    named: float
    failed: str
    seconds: float


def as_filed(frame: pl.DataFrame, target: str) -> pl.DataFrame:
    """The table with classes that are whole numbers as such: leaks.py reads all classes as texts."""
    numbers = frame[target].cast(pl.Int64, strict=False) if frame.schema[target] == pl.String else frame[target]
    return frame if numbers.null_count() else frame.with_columns(numbers.alias(target))


def beside(host: Host, made: pl.DataFrame) -> pl.DataFrame:
    """The columns that were planted and the target; where there are none (the order of rows) one of the table's own."""
    new = [name for name in made.columns if name not in host.frame.columns]
    return made.select(*(new or [name for name in made.columns if name != host.target][:1]), host.target)


def written(entries: list[dict[str, Any]], data: Path, rows: int, folder: Path, whole: bool) -> list[Case]:
    """All tables, untouched and planted, as files in a folder."""
    cases, jobs = [], []

    def write(host: Host, frame: pl.DataFrame, task: str, case: Case) -> None:
        cases.append(case)
        jobs.append({"file": f"{len(cases)}.parquet", "target": host.target, "task": task})
        as_filed(frame, host.target).write_parquet(folder / jobs[-1]["file"])

    for entry in entries:
        host = read(entry, data, rows)
        width = host.frame.width - 1
        write(host, host.frame, entry["task"], Case(host.name, "", 0, (), width))
        for kind, strength, made in plantings(host):
            frame = made.frame if whole else beside(host, made.frame)
            write(host, frame, entry["task"], Case(host.name, kind.__name__, strength, made.columns, width))
    (folder / "jobs.json").write_text(json.dumps(jobs), "utf-8")
    return cases


def asked(tool: str, python: str, folder: Path, cases: list[Case]) -> tuple[str, list[Answer]]:
    """A tool's versions and its answer to every case."""
    # -P: this folder has modules named as others (coverage)
    done = subprocess.run([python, "-P", str(RUNNER), tool, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{tool}: {done.stderr}")
    head, *lines = (json.loads(line) for line in (folder / f"{tool}.jsonl").read_text("utf-8").splitlines())
    answers = []
    for case, said in zip(cases, lines, strict=True):
        if case.kind and not case.columns:
            leak = named = float(said["order"])
        else:
            leak, named = (float(len(counted(case, said[key]))) for key in ("leak", "named"))
        answers.append(Answer(leak, named, said.get("error", ""), said["seconds"]))
    return f"{tool} {head['version']} (pandas {head['pandas']})", answers


def counted(case: Case, names: list[str]) -> set[str]:
    """The columns that count: those planted, or all of a table that is untouched."""
    return set(names) & set(case.columns) if case.kind else set(names)


def ours(entries: list[dict[str, Any]], data: Path, rows: int) -> str:
    """What mlwright warns of in the same untouched tables; what it finds of the leaks is printed by leaks.py."""
    alarmed, width = [], 0
    for entry in entries:
        host = read(entry, data, rows)
        width += host.frame.width - 1
        alarmed += [f"{host.name}: {n}" for n in alarmed_of(host, search(*typed(host.frame, host.target)))]
    return f"mlwright: untouched, {len(alarmed)} of {width} columns alarmed ({', '.join(alarmed) or 'none'})"


def share(cases: list[Case], answers: list[Answer], kind: str = "", strength: int | None = None) -> str:
    """The leaks found, of a kind or a strength or of all."""
    fit = [
        min(1.0, answer.leak)
        for case, answer in zip(cases, answers, strict=True)
        if case.kind and kind in ("", case.kind) and strength in (None, case.strength)
    ]
    return f"{np.mean(fit):.1%}"


def row(cases: list[Case], answers: list[Answer]) -> list[str]:
    """One tool's line: recall, then the columns alarmed where nothing was planted, then failures and seconds."""
    pairs = list(zip(cases, answers, strict=True))
    planted = [min(1.0, a.named) for c, a in pairs if c.kind]
    alone = [(c, a) for c, a in pairs if not c.kind]
    width = sum(c.width for c, _ in alone)
    leak, named = sum(a.leak for _, a in alone), sum(a.named for _, a in alone)
    strengths = [share(cases, answers, strength=s) for s in range(len(STRENGTHS))]
    alarms = [f"{leak:.0f} of {width} ({leak / width:.1%})", f"{named:.0f} ({named / width:.1%})"]
    cost = sum(a.seconds for _, a in alone) / len(alone)
    failed = sum(bool(a.failed) for a in answers)
    return [*strengths, share(cases, answers), f"{np.mean(planted):.1%}", *alarms, str(failed), f"{cost:.2f}"]


def show(cases: list[Case], by_tool: dict[str, list[Answer]]) -> None:
    """A table by tool, a table by kind, and what failed."""
    head = [*STRENGTHS, "all", "named", "untouched: called leaks", "untouched: named", "failed", "s a table"]
    print(f"| tool | {' | '.join(head)} |\n|---|{'---|' * len(head)}")
    for tool, answers in by_tool.items():
        print(f"| {tool} | {' | '.join(row(cases, answers))} |")
    print(f"\n| leak | {' | '.join(by_tool)} |\n|---|{'---|' * len(by_tool)}")
    for kind in KINDS:
        cells = [share(cases, answers, kind=kind.__name__) for answers in by_tool.values()]
        print(f"| {kind.__name__.replace('_', ' ')} | {' | '.join(cells)} |")
    print()
    for tool, answers in by_tool.items():
        pairs = list(zip(cases, answers, strict=True))
        alarmed = [f"{c.table} ({a.leak:.0f})" for c, a in pairs if not c.kind and a.leak]
        print(f"{tool}: untouched, called leaks in {', '.join(alarmed) or 'none'}.")
        for told in sorted({f"{c.table}: {a.failed}" for c, a in pairs if a.failed}):
            print(f"  failed on {told}")


def main() -> None:
    """The other tools' answers, and ours if they are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--peer", action="append", default=[], metavar="TOOL=PYTHON")
    parser.add_argument("--ours", action="store_true", help="mlwright's alarms in the untouched tables")
    parser.add_argument("--whole", action="store_true", help="the planted columns beside all others: slow")
    parser.add_argument("--tables", default="")
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--columns", type=int, default=16, help="planted in tables with no more")
    args = parser.parse_args()
    sys.path.insert(0, str(args.bench))
    import tasks

    print(f"`{' '.join(sys.argv)}`, {os.cpu_count()} cores, Python {sys.version.split()[0]}, Polars {pl.__version__}\n")
    chosen = fit_for(tasks.catalog(), [name for name in args.tables.split(",") if name])
    entries = [entry for entry in chosen if entry["columns"] <= args.columns]
    by_tool = {}
    with tempfile.TemporaryDirectory() as folder:
        cases = written(entries, tasks.DATA, args.rows, Path(folder), args.whole)
        print(f"{sum(bool(c.kind) for c in cases):,} leaks in {len(entries)} tables of {args.rows:,} rows at most\n")
        for tool, python in (peer.split("=", 1) for peer in args.peer):
            name, answers = asked(tool, python, Path(folder), cases)
            by_tool[name] = answers
    if args.ours:
        print(ours(entries, tasks.DATA, args.rows) + "\n", flush=True)
    if by_tool:
        show(cases, by_tool)


if __name__ == "__main__":
    main()
