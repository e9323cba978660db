"""Lines of a benchmark folder's run.py set side by side: a row a task, and how often ours are better.

    python benchmarks/quality/peers.py FILE.jsonl... [--ours 60] [--theirs 60] [--split 0]

The latest line of a system, preset, task, split and budget counts; no answer is worse than any. peers.jsonl beside this
script has what AutoGluon scored where the folder's reference.jsonl does not tell it.

Needs: lines of run.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from statistics import mean, median
from typing import Any

US, QUALITY, NEWEST = "mlwright", "autogluon best_quality", "autogluon best_v150"
Lines = Mapping[str, dict[str, Any]]


def read(files: list[Path], budgets: tuple[float, float], split: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Task -> system (with its preset) -> line, where ours stands beside another."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for text in (text for file in files for text in file.read_text().splitlines()):
        line = json.loads(text)
        usual = "best_quality" if line["system"] == "autogluon" else None  # run.py's own
        name = " ".join(filter(None, (line["system"], line.get("preset") or usual)))
        if (line["budget_s"], line["split"]) == (budgets[name != US], split):
            found.setdefault(line["task"], {})[name] = line
    return {task: lines for task, lines in found.items() if "score" in lines.get(US, {}) and len(lines) > 1}


def loss(line: Mapping[str, Any]) -> float:
    """Smaller is better; without an answer it is infinite."""
    if "score" not in line:
        return float("inf")
    return -line["score"] if line["metric"] == "roc_auc" else float(line["score"])


def row(task: str, lines: Lines) -> str:
    """A line of the Markdown table."""
    ours = lines[US]
    others = [lines[name] for name in lines if name not in (US, QUALITY, NEWEST) and "score" in lines[name]]
    cells = [task, ours["metric"], _score(ours), *(_score(lines.get(name)) for name in (QUALITY, NEWEST))]
    cells += [_score(min(others, key=loss, default=None)), "yes" if _rank(US, lines) == 1 else "no"]
    cells += [f"{ours['fit_s']:.1f}", f"{ours['single_row_ms']:.2f}", f"{ours['size_mb']:.1f}"]
    return "| " + " | ".join(cells) + " |"


def _score(line: Mapping[str, Any] | None) -> str:
    return "" if line is None else f"{line['score']:.6g}" if "score" in line else "no answer"


def _rank(name: str, lines: Lines) -> int:
    """The first is best; ours shares no place."""
    own = loss(lines[name])
    return 1 + sum(loss(line) < own or (name == US and loss(line) == own) for n, line in lines.items() if n != name)


def main() -> None:
    """The table, and what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--ours", type=float, default=60.0, help="seconds that ours were asked for")
    parser.add_argument("--theirs", type=float, default=60.0)
    parser.add_argument("--split", type=int, default=0)
    args = parser.parse_args()
    tasks = read(args.files, (args.ours, args.theirs), args.split)
    print(
        "| task | metric | mlwright | best_quality | best_v150 | others' best | better than all | s | one row ms | MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for task, lines in tasks.items():
        print(row(task, lines))
    print()
    for name in (QUALITY, NEWEST):
        both = [loss(lines[US]) < loss(lines[name]) for lines in tasks.values() if name in lines]
        print(f"better than {name} on {sum(both)} of {len(both)}")
    print(f"better than all on {sum(_rank(US, lines) == 1 for lines in tasks.values())} of {len(tasks)}")
    for name in (US, QUALITY, NEWEST):
        if ranks := [_rank(name, lines) for lines in tasks.values() if name in lines]:
            print(f"mean rank of {name}: {mean(ranks):.2f}")
    ours = [lines[US] for lines in tasks.values()]
    middle = {fact: median(line[fact] for line in ours) for fact in ("single_row_ms", "size_mb")}
    print(f"median row {middle['single_row_ms']:.2f} ms, median bundle {middle['size_mb']:.1f} MB")
    print(f"the longest {max(line['fit_s'] for line in ours):.1f} s of {args.ours:g} s")


if __name__ == "__main__":
    main()
