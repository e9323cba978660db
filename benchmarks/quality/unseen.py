"""Tables that nothing here was tuned to, as tasks of the quality protocol.

    python benchmarks/quality/unseen.py --bench FOLDER --out OUT

They ship with packages of R. Written are OUT/data (a Parquet file a table, and catalog.json) and OUT/bench, a copy of
the protocol that reads them: `python OUT/bench/run.py mlwright letter_recognition 60` and so on. unseen.jsonl beside
this script has what that came to.

Needs: the benchmark folder; Rscript with mlbench, kernlab, rpart and survival (Debian: r-cran-mlbench and so on)
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import pandas as pd


class Unseen(NamedTuple):
    """A table of a package, what to predict, and columns that number the rows or are known only afterwards."""

    package: str
    table: str
    target: str
    task: str
    drop: tuple[str, ...] = ()


TABLES = {
    "letter_recognition": Unseen("mlbench", "LetterRecognition", "lettr", "multiclass"),
    "satellite": Unseen("mlbench", "Satellite", "classes", "multiclass"),
    "dna": Unseen("mlbench", "DNA", "Class", "multiclass"),
    "soybean": Unseen("mlbench", "Soybean", "Class", "multiclass"),
    "vowel": Unseen("mlbench", "Vowel", "Class", "multiclass"),
    "sonar": Unseen("mlbench", "Sonar", "Class", "binary"),
    "ozone": Unseen("mlbench", "Ozone", "V4", "regression"),
    "spam": Unseen("kernlab", "spam", "type", "binary"),
    "caravan": Unseen("kernlab", "ticdata", "CARAVAN", "binary"),
    "income": Unseen("kernlab", "income", "INCOME", "multiclass"),
    "musk": Unseen("kernlab", "musk", "Class", "binary"),
    "solder": Unseen("rpart", "solder", "skips", "regression"),
    "flchain": Unseen("survival", "flchain", "death", "binary", ("futime", "chapter")),
    "nwtco": Unseen("survival", "nwtco", "rel", "binary", ("edrel", "seqno")),
}
_EXPORT = (
    'data({table}, package="{package}", envir=environment()); write.csv({table}, "{path}", row.names=FALSE, na="")'
)


def read(one: Unseen) -> pd.DataFrame:
    """The table; of a factor, its levels."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        command = _EXPORT.format(table=one.table, package=one.package, path=path)
        subprocess.run(["Rscript", "-e", command], check=True, stdout=subprocess.DEVNULL)
        return pd.read_csv(path, keep_default_na=False, na_values=[""])


def main() -> None:
    """Write them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    data = args.out / "data"
    data.mkdir(parents=True, exist_ok=True)
    shutil.copytree(args.bench, args.out / "bench", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    entries = []
    for name, one in TABLES.items():
        frame = read(one)
        frame.to_parquet(data / f"{name}.parquet")
        entries.append({"name": name, "task": one.task, "target": one.target, "bench": {"drop": one.drop}})
        print(f"{name}: {len(frame):,} rows, {len(frame.columns)} columns")
    (data / "catalog.json").write_text(json.dumps(entries, indent=1))


if __name__ == "__main__":
    main()
