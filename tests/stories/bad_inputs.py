"""What can be wrong with what a person types or brings, one case each: read by test_bad_inputs.py and by
benchmarks/robustness/bad_inputs.py, which prints them as a table.

A case runs in a folder of its own, which holds churn.csv and a model of it, models/churn, trained once.
"""

from __future__ import annotations

import csv
import fcntl
import gzip
import os
import random
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = ["id", "age", "plan", "joined", "spent", "Churn"]
ROWS = 120
TRAIN = "train churn.csv --target Churn --trials 1 --budget 30s"
FIRST = f"{TRAIN} --seed 1"  # the command that makes models/churn
PORT = "@port"  # in a command: a port that is taken


class ImpossibleError(Exception):
    """This machine does not let the case be set up; says why."""


@dataclass(frozen=True)
class Case:
    """What is wrong, the command, what it must say (on standard output if it ends well), and its exit code.

    ``make`` writes files into the folder; ``around`` holds something while the command runs, and may give words to
    put in place of PORT.
    """

    name: str
    command: str
    says: tuple[str, ...]
    code: int = 2
    make: Callable[[Path], object] = lambda folder: None
    around: Callable[[Path], AbstractContextManager[Any]] = lambda folder: nullcontext()


def rows(seed: int = 3, count: int = ROWS) -> list[list[Any]]:
    """Customers that leave more often when they are young or pay little; a tenth of the ages is missing."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        age, plan = draw.randint(18, 80), draw.choice(["basic", "plus", "pro"])
        leaves = draw.random() < (0.85 if age < 45 and plan != "pro" else 0.1)
        day = f"20{draw.randint(10, 24)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        spent = round(draw.uniform(1, 500), 2)
        shown = "n/a" if draw.random() < 0.1 else age
        found.append([f"c{number:05d}", shown, plan, day, spent, "yes" if leaves else "no"])
    return found


def write(path: Path, body: Sequence[Sequence[Any]], head: Sequence[str] = HEAD) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *body])


def table(
    change: Callable[[list[Any]], list[Any]] = list,
    head: Sequence[str] = HEAD,
    name: str = "bad.csv",
    count: int = ROWS,
) -> Callable[[Path], None]:
    """Writes the customers into a file, every row changed."""
    return lambda folder: write(folder / name, [change(row) for row in rows(count=count)], head)


def put(column: str, value: Any, every: int = 1) -> Callable[[list[Any]], list[Any]]:
    """Changes a row: the value in a column of every n-th row."""
    place = HEAD.index(column)
    return lambda row: [*row[:place], value, *row[place + 1 :]] if int(row[0][1:]) % every == 0 else row


def drop(column: str) -> Callable[[list[Any]], list[Any]]:
    place = HEAD.index(column)
    return lambda row: [*row[:place], *row[place + 1 :]]


def without(column: str) -> list[str]:
    return [name for name in HEAD if name != column]


def bytes_at(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(data)


def text_at(name: str, text: str) -> Callable[[Path], object]:
    return bytes_at(name, text.encode())


def parquet(change: Callable[[Any], Any]) -> Callable[[Path], object]:
    """Writes bad.parquet: the customers as a Polars frame, changed."""

    def make(folder: Path) -> None:
        import polars as pl

        frame = pl.read_csv(folder / "churn.csv", null_values="n/a", try_parse_dates=True)
        change(frame).write_parquet(folder / "bad.parquet")

    return make


def empty_folder(folder: Path) -> None:
    (folder / "empty").mkdir()


def truncated(folder: Path) -> None:
    parquet(lambda frame: frame)(folder)
    whole = (folder / "bad.parquet").read_bytes()
    (folder / "bad.parquet").write_bytes(whole[: len(whole) // 2])


def truncated_gzip(folder: Path) -> None:
    whole = gzip.compress((folder / "churn.csv").read_bytes())
    (folder / "bad.csv.gz").write_bytes(whole[: len(whole) // 2])


def wide(folder: Path) -> None:
    """100,000 columns."""
    names = [f"x{i}" for i in range(100_000)]
    write(folder / "bad.csv", [["1"] * len(names)] * 12, names)


def hostile(frame: Any) -> Any:
    """Infinite numbers, integers beyond float64, null characters in cells, dates at the ends of time."""
    import polars as pl

    n = frame.height
    moments = pl.Series([-(2**62), 2**62, 0, None] * (n // 4), dtype=pl.Int64).cast(pl.Datetime("us"), strict=False)
    return frame.with_columns(
        pl.when(pl.int_range(n) % 5 == 0).then(float("inf")).otherwise("spent").alias("spent"),
        pl.Series("huge", [2**63 - 1 - i * 2**40 for i in range(n)], dtype=pl.Int64),
        (pl.col("plan") + "\0" + pl.col("plan")).alias("plan"),
        moments.alias("far"),
    )


def flip(name: str) -> Callable[[Path], None]:
    """One bit of a file of the model."""

    def make(folder: Path) -> None:
        file = folder / "models" / "churn" / name
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)

    return make


def stranger(folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "thesis.txt").write_text("years of work")


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A small file system at disk/."""
    place = folder / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if os.name != "posix" or not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        raise ImpossibleError("no file system can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True, capture_output=True)


def full(folder: Path) -> AbstractContextManager[None]:
    return mounted(folder, "size=16k")


def read_only(folder: Path) -> AbstractContextManager[None]:
    return mounted(folder, "size=1m,ro")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Somebody else works on the run."""
    run = next((folder / "runs").iterdir())
    with (run / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def taken(folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


def words(case: Case, folder: Path, port: str | None) -> list[str]:
    """The command of a case, as it is typed; one that ends well answers in JSON."""
    run = next((folder / "runs").iterdir()).relative_to(folder)
    typed = case.command.replace(PORT, port or "").replace("@run", str(run)).split()
    return typed if case.code else [*typed, "--json"]


def bad(command: str) -> str:
    """The training command on bad.csv."""
    return command.replace("churn.csv", "bad.csv")


PREDICT = "predict models/churn bad.csv -o out.csv"

THE_FILE = (
    Case("no such file", "train chrun.csv --target Churn", ("chrun.csv: there is no such file", "'churn.csv'")),
    Case("no such folder", "train data/a.csv --target y", ("there is no folder", "data")),
    Case("a folder without a table", "train empty --target y", ("empty: this is a folder",), make=empty_folder),
    Case("an empty file", bad(TRAIN), ("bad.csv: the file is empty",), make=bytes_at("bad.csv", b"")),
    Case("only a header", bad(TRAIN), ("bad.csv", "no row"), make=text_at("bad.csv", ",".join(HEAD) + "\n")),
    Case("only blank lines", bad(TRAIN), ("bad.csv", "no header"), make=text_at("bad.csv", "\n\n\n")),
    Case("a binary file named .csv", bad(TRAIN), ("binary",), make=bytes_at("bad.csv", bytes(range(256)) * 9)),
    Case("UTF-16 cut off", bad(TRAIN), ("UTF-16",), make=bytes_at("bad.csv", "a,b\n1,2\n".encode("utf-16")[:-1])),
    Case("a .parquet named .csv", bad(TRAIN), ("bad.csv", "parquet"), make=bytes_at("bad.csv", b"PAR1" * 9)),
    Case("a Parquet file cut off", "train bad.parquet --target Churn", ("not a whole Parquet",), make=truncated),
    Case("a .csv named .parquet", "train a.parquet --target y", ("Parquet",), make=text_at("a.parquet", "a,y\n1,2\n")),
    Case("a .gz cut off", "train bad.csv.gz --target Churn", ("bad.csv.gz", "whole"), make=truncated_gzip),
    Case("a bad line of JSON", "train a.jsonl --target y", ("line 2",), make=text_at("a.jsonl", '{"y": 1}\n{"y": \n')),
    Case("another extension", "train a.sav --target y", (".sav", ".csv"), make=bytes_at("a.sav", b"$FL2")),
    Case("a workbook cut off", "train a.xlsx --target y", ("a.xlsx", "workbook"), make=bytes_at("a.xlsx", b"PK\3\4")),
    Case(
        "rows with too many fields",
        bad(TRAIN),
        ("row 1", "4 fields"),
        make=text_at("bad.csv", "a,b,Churn\n1,2,3\n1,2,3,4\n"),
    ),
    Case(
        "rows with too few fields",
        bad(TRAIN),
        ("row 1", "2 fields"),
        make=text_at("bad.csv", "a,b,Churn\n1,2,3\n1,2\n"),
    ),
    Case("an open quote", bad(TRAIN), ("quote",), make=text_at("bad.csv", 'a,Churn\n1,"2\n3,4\n')),
    Case("null characters in a .csv", bad(TRAIN), ("binary",), make=table(put("plan", "a\0b"))),
)
THE_COLUMNS = (
    Case("the target misspelt", "train churn.csv --target chrun", ("'chrun'", "did you mean 'Churn'")),
    Case("the target absent", bad(TRAIN), ("no column 'Churn'", "'plan'"), make=table(drop("Churn"), without("Churn"))),
    Case("no target named", "train churn.csv", ("--target",)),
    Case("two columns of one name", bad(TRAIN), ("'age'", "twice"), make=table(head=["id", "age", "age", *HEAD[3:]])),
    Case(
        "a column named __target__", bad(TRAIN), ("'__target__'", "Rename"), make=table(head=["__target__", *HEAD[1:]])
    ),
    Case("100,000 columns", bad(TRAIN), ("bad.csv", "100,000 columns are too many"), make=wide),
    Case(
        "identifiers and constants alone",
        bad(TRAIN),
        ("no column is left",),
        make=table(lambda row: [row[0], "same", row[5]], ["id", "constant", "Churn"]),
    ),
    Case(
        "all features missing",
        bad(TRAIN),
        ("no column is left",),
        make=table(lambda row: ["", "NA", row[5]], ["a", "b", "Churn"]),
    ),
    Case("the group absent", f"{TRAIN} --group plam", ("'plam'", "for the group", "did you mean 'plan'")),
    Case(
        "one group alone", bad(f"{TRAIN} --group plan"), ("'plan'", "same in every row"), make=table(put("plan", "a"))
    ),
    Case("the target as the group", f"{TRAIN} --group Churn", ("'Churn'", "target")),
    Case("the weight absent", f"{TRAIN} --weight spend", ("'spend'", "for the weight", "did you mean 'spent'")),
    Case("a weight that is none", f"{TRAIN} --weight plan", ("row 0", "'plan'", "not a number", "0 leaves it out")),
    Case("the target as the weight", f"{TRAIN} --weight Churn", ("'Churn'", "weight")),
    Case(
        "a weight below zero",
        bad(f"{TRAIN} --weight spent"),
        ("'spent'", "is -1", "below 0"),
        make=table(put("spent", "-1", every=10)),
    ),
    Case(
        "a weight with gaps",
        bad(f"{TRAIN} --weight spent"),
        ("'spent'", "missing in 12 rows"),
        make=table(put("spent", "", every=10)),
    ),
    Case(
        "a weight of nothing",
        bad(f"{TRAIN} --weight spent"),
        ("'spent'", "0 in every row"),
        make=table(put("spent", "0")),
    ),
    Case("a bound column absent", f"{TRAIN} --monotone aeg=up", ("--monotone", "'aeg'", "did you mean 'age'")),
    Case("a bound column of words", f"{TRAIN} --monotone plan=up", ("'plan' is categorical", "ordinal")),
    Case("a bound column set aside", f"{TRAIN} --monotone id=up", ("'id' is set aside", "identifier")),
    Case("the target bound", f"{TRAIN} --monotone Churn=up", ("'Churn' is the target",)),
    Case("a direction of nonsense", f"{TRAIN} --monotone age=dwon", ("'dwon'", "did you mean 'down'")),
    Case("no direction", f"{TRAIN} --monotone age", ("'age'", "--monotone price=down")),
    Case("a column bound twice", f"{TRAIN} --monotone age=up --monotone age=down", ("'age' is given twice",)),
    Case(
        "more classes than two, and a column bound",
        bad(f"{TRAIN} --monotone age=up"),
        ("'Churn' has 3 classes", "no answer is higher or lower"),
        make=table(put("Churn", "perhaps", every=7)),
    ),
    Case("a cost of nonsense", f"{TRAIN} --cost false_negativ=5", ("--cost", "did you mean 'false_negative'")),
    Case("a cost without a number", f"{TRAIN} --cost false_negative", ("names no cost", "--cost false_positive=1")),
    Case("a sensitive column absent", f"{TRAIN} --sensitive aeg", ("'aeg'", "did you mean 'age'")),
    Case("the time absent", f"{TRAIN} --time join", ("'join'", "for the time", "did you mean 'joined'")),
    Case("a time that is none", f"{TRAIN} --time plan", ("'plan'", "neither dates nor numbers")),
    Case(
        "a time with gaps",
        bad(f"{TRAIN} --time joined"),
        ("'joined'", "missing in 12 rows"),
        make=table(put("joined", "", every=10)),
    ),
)
THE_TARGET = (
    Case("one class alone", bad(TRAIN), ("'Churn'", "same target, 'no'"), make=table(put("Churn", "no"))),
    Case("no row has a target", bad(TRAIN), ("'Churn'", "no row has a value"), make=table(put("Churn", ""))),
    Case("a class with one row", bad(TRAIN), ("rare-class",), 0, make=table(put("Churn", "perhaps", every=999))),
    Case(
        "two classes, one with one row",
        bad(TRAIN),
        ("Churn", "1 occur"),
        make=table(lambda r: [*r[:5], "no" if r[0] != "c00007" else "yes"]),
    ),
    Case(
        "an infinite target",
        bad("train churn.csv --target spent"),
        ("'spent'", "infinite", "12 rows"),
        make=table(put("spent", "inf", every=10)),
    ),
    Case(
        "five rows",
        bad(TRAIN),
        ("bad.csv", "too few"),
        make=table(lambda r: [*r[:5], "no" if r[0] < "c00003" else "yes"], count=6),
    ),
    Case("a target of dates", "train bad.parquet --target joined", ("'joined'", "dates"), make=parquet(lambda f: f)),
    Case(
        "test data without the target",
        bad("train churn.csv --target Churn").replace("bad.csv", "churn.csv") + " --test bad.csv",
        ("bad.csv", "'Churn'"),
        make=table(drop("Churn"), without("Churn")),
    ),
    Case(
        "test data with another class",
        f"{TRAIN} --test bad.csv",
        ("bad.csv", "'perhaps'", "'no', 'yes'"),
        make=table(put("Churn", "perhaps", every=7)),
    ),
)
HOSTILE_VALUES = (
    Case(
        "infinite, huge, null characters, far dates",
        "train bad.parquet --target Churn --trials 1 --budget 30s",
        ('"verdict"',),
        0,
        make=parquet(hostile),
    ),
)
THE_OPTIONS = (
    Case("a budget of nonsense", f"{TRAIN} --budget soon", ("'soon'", "--budget", "60s")),
    Case("a budget below zero", f"{TRAIN} --budget -5s", ("'-5s'", "--budget")),
    Case("a budget of nothing", f"{TRAIN} --budget 0", ("'0'", "--budget")),
    Case("a metric that is none", f"{TRAIN} --metric roc_acu", ("'roc_acu'", "roc_auc")),
    Case("a metric of another task", f"{TRAIN} --metric rmse", ("Churn",)),
    Case("trials below zero", f"{TRAIN} --trials -1", ("trials", "-1")),
    Case("a seed below zero", f"{TRAIN} --seed -1", ("seed", "-1")),
    Case("trials of nonsense", f"{TRAIN} --trials many", ("--trials",)),
    Case("an option misspelt", "train churn.csv --tarrget Churn", ("--tarrget", "--target")),
    Case("a command misspelt", "trian churn.csv --target Churn", ("'trian'", "'train'")),
    Case("a size that none keeps to", f"{TRAIN} --max-size 1KB", ("--max-size", "bytes")),
    Case("a size of nonsense", f"{TRAIN} --max-size big", ("'big'", "20MB")),
    Case("a latency that none keeps to", f"{TRAIN} --max-latency 0.01us", ("--max-latency", "ms")),
    Case(
        "problem.toml with an unknown key",
        f"{TRAIN} --problem problem.toml",
        ("problem.toml", "'budjet'", "did you mean 'budget'"),
        make=text_at("problem.toml", 'budjet = "60s"\n'),
    ),
    Case(
        "problem.toml with a wrong type",
        f"{TRAIN} --problem problem.toml",
        ("problem.toml", "group"),
        make=text_at("problem.toml", "group = 5\n"),
    ),
    Case("problem.toml that is none", f"{TRAIN} --problem churn.csv", ("churn.csv", "TOML")),
    Case("problem.toml absent", f"{TRAIN} --problem no.toml", ("no.toml", "no such file")),
    Case("a name that is not UTF-8", "train b\udcff.csv --target Churn", ("not UTF-8",)),
)
THE_PLACE = (
    Case("a file where the model goes", f"{TRAIN} --out churn.csv/m", ("churn.csv/m", "file")),
    Case("a folder with other things", f"{TRAIN} --out mine", ("mine", "'thesis.txt'"), make=stranger),
    Case("a file where runs go", f"{TRAIN} --runs churn.csv", ("churn.csv", "can't be written")),
    Case("a read-only disk", f"{TRAIN} --out disk/model", ("disk/model", "read-only"), around=read_only),
    Case("a full disk for runs", f"{TRAIN} --runs disk/runs", ("disk/runs", "no space"), around=full),
    Case(
        "a full disk for answers",
        "predict models/churn churn.csv -o disk/out.csv",
        ("disk/out.csv",),
        around=full,
        make=table(name="churn.csv", count=3000),
    ),
    Case(
        "answers in a folder that is not there",
        "predict models/churn churn.csv -o no/out.csv",
        ("no/out.csv", "no folder"),
    ),
    Case("answers in an unknown form", "predict models/churn churn.csv -o out.xlsx", (".xlsx", ".csv")),
)
THE_ROWS = (
    Case("predict with a column missing", PREDICT, ("bad.csv", "'plan'"), make=table(drop("plan"), without("plan"))),
    Case(
        "predict with a column misspelt",
        PREDICT,
        ("'plan'", "Plan_"),
        make=table(head=["id", "age", "Plan_", *HEAD[3:]]),
    ),
    Case(
        "predict with text for numbers", PREDICT, ("bad.csv", "row 0", "'age'", "'old'"), make=table(put("age", "old"))
    ),
    Case(
        "predict with text for dates", PREDICT, ("bad.csv", "row 0", "'joined'"), make=table(put("joined", "long ago"))
    ),
    Case("predict with dates out of range", PREDICT, ("'joined'",), make=table(put("joined", "2024-02-31"))),
    Case("predict with unseen categories", PREDICT, ("120",), 0, make=table(put("plan", "enterprise"))),
    Case("predict with all missing", PREDICT, ("120",), 0, make=table(lambda row: ["", "", "", "", "", ""])),
    Case("predict with infinite numbers", PREDICT, ("120",), 0, make=table(put("spent", "-inf"))),
    Case("predict with huge numbers", PREDICT, ("120",), 0, make=table(put("spent", "9" * 400))),
    Case(
        "predict with no rows in a .csv", PREDICT, ("bad.csv", "no row"), make=text_at("bad.csv", ",".join(HEAD) + "\n")
    ),
    Case(
        "predict with no rows in Parquet",
        "predict models/churn bad.parquet -o out.csv",
        ('"rows":0',),
        0,
        make=parquet(lambda f: f.head(0)),
    ),
    Case(
        "evaluate without the target",
        "evaluate models/churn bad.csv",
        ("bad.csv", "'Churn'"),
        make=table(drop("Churn"), without("Churn")),
    ),
    Case(
        "evaluate with another class",
        "evaluate models/churn bad.csv",
        ("'perhaps'",),
        make=table(put("Churn", "perhaps")),
    ),
    Case(
        "evaluate with one class alone",
        "evaluate models/churn bad.csv",
        ('"rows":120', '"holds":null'),
        0,
        make=table(put("Churn", "yes")),
    ),
    Case(
        "evaluate with a single row",
        "evaluate models/churn bad.csv",
        ('"rows":1,', '"holds":null'),
        0,
        make=table(count=1),
    ),
)
THE_MODEL = (
    Case("no such model", "predict models/chrun churn.csv -o out.csv", ("models/chrun: no such model", "'churn'")),
    Case("a folder that is no model", "verify runs", ("runs", "not a model")),
    Case("a file for a model", "serve churn.csv", ("churn.csv", "not the folder of a model")),
    Case(
        "a changed graph",
        "predict models/churn churn.csv -o out.csv",
        ("model.onnx", "changed"),
        make=flip("model.onnx"),
    ),
    Case("a changed schema", "verify models/churn", ("schema.json", "changed"), make=flip("schema.json")),
    Case("a changed manifest", "serve models/churn", ("manifest.json", "changed"), make=flip("manifest.json")),
    Case("a port in use", f"serve models/churn --port {PORT}", ("127.0.0.1", "in use"), around=taken),
    Case("no such port", "serve models/churn --port 99999", ("99999", "no such port")),
    Case("no such host", "serve models/churn --host not.a.host.invalid --port 0", ("not.a.host.invalid",)),
    Case("resume a folder that is no run", "resume models/churn", ("models/churn", "not a run")),
    Case("resume what is not there", "resume runs/no-such-run", ("no such run", "latest run")),
    Case("resume what somebody works on", "resume @run", ("another process",), around=held),
)
CASES = (*THE_FILE, *THE_COLUMNS, *THE_TARGET, *HOSTILE_VALUES, *THE_OPTIONS, *THE_PLACE, *THE_ROWS, *THE_MODEL)
