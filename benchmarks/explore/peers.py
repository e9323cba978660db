"""`mlwright explore` beside ydata-profiling and skrub's TableReport: seconds and page size on the same tables.

    python benchmarks/explore/peers.py --data FOLDER --peers PYTHON [--tasks a,b] [--keep FOLDER]

PYTHON is the interpreter of an environment with `ydata-profiling` and `skrub`. Each page is made by a process of its
own, from the Parquet file to the written page, imports included; ours is the command as a user types it, with the
target where the catalog names one. Prints a line a table and tool. What the pages show was written down by looking at
them: see RESULTS.md.

Needs: a folder of Parquet files (with catalog.json for their targets), and an environment with the peers
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

TASKS = "telco_churn,house_prices_nominal,open_payments"
PEERS = {
    "ydata-profiling": """
import sys, pandas
from ydata_profiling import ProfileReport
ProfileReport(pandas.read_parquet(sys.argv[1]), progress_bar=False).to_file(sys.argv[2])
""",
    "skrub TableReport": """
import sys, pandas
from skrub import TableReport
TableReport(pandas.read_parquet(sys.argv[1]), verbose=0).write_html(sys.argv[2])
""",
}


def target_of(folder: Path, task: str) -> str | None:
    """The target that the catalog names, if it does."""
    catalog = folder / "catalog.json"
    if not catalog.exists():
        return None
    known = json.loads(catalog.read_text("utf-8"))
    rows = known if isinstance(known, list) else known.get("datasets", [{"name": k, **v} for k, v in known.items()])
    return next((row.get("target") for row in rows if row.get("name") == task), None)


def timed(command: list[str]) -> tuple[float, float, bool]:
    """Wall seconds, processor seconds, and whether it worked."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers", required=True)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    print(f"mlwright {version('mlwright')}\n\n| table | tool | wall s | cpu s | page kB |\n|---|---|---|---|---|")
    for task in given.tasks.split(","):
        data, target = given.data / f"{task}.parquet", target_of(given.data, task)
        page = folder / f"{task}-mlwright.html"
        ours = [str(Path(sys.executable).with_name("mlwright")), "explore", str(data), "--out", str(page)]
        commands = {"mlwright explore": (ours + (["--target", target] if target else []), page)}
        for name, code in PEERS.items():
            page = folder / f"{task}-{name.split()[0]}.html"
            commands[name] = ([given.peers, "-c", code, str(data), str(page)], page)
        for name, (command, page) in commands.items():
            wall, spent, worked = timed(command)
            size = f"{page.stat().st_size / 1000:,.0f}" if worked else "failed"
            print(f"| {task} | {name} | {wall:.1f} | {spent:.1f} | {size} |", flush=True)


if __name__ == "__main__":
    main()
