"""Child tables: what is made of their columns, what is told, and what is refused."""

from __future__ import annotations

import datetime as dt

import msgspec
import numpy as np
import polars as pl
import pytest

from mlwright.contracts.errors import InputError, SchemaError
from mlwright.contracts.records import TARGET, ChildTable, Problem
from mlwright.ingest import ingest, labelled
from mlwright.ingest.children import MOST, infer, relate

START = dt.datetime(2024, 1, 1)
RNG = np.random.default_rng(5)
N = 80


def moment(hours):
    return START + dt.timedelta(hours=float(hours))


@pytest.fixture
def main():
    return pl.DataFrame(
        {
            "id": range(1000, 1000 + N),
            "asked": [moment(h) for h in RNG.uniform(500, 900, N)],
            "x": RNG.random(N),
            "y": RNG.choice(["no", "yes"], N),
        }
    )


@pytest.fixture
def orders():
    rows = N * 6
    return pl.DataFrame(
        {
            "number": [f"o{i}" for i in range(rows)],
            "customer": RNG.integers(1000, 1000 + N, rows),
            "at": [moment(h) for h in RNG.uniform(0, 1000, rows)],
            "amount": RNG.random(rows),
            "paid": RNG.choice([True, False], rows),
            "way": RNG.choice(["card", "cash", "transfer"], rows),
            "same": ["one"] * rows,
        }
    )


def asking(tmp_path, orders, **changes):
    """The problem with the orders written down."""
    orders.write_parquet(tmp_path / "orders.parquet")
    settings = {"key": "customer", "parent": "id", "time": "at", "moment": "asked"} | changes
    child = ChildTable("orders", str(tmp_path / "orders.parquet"), **settings)
    return Problem(target="y", tables=(child,))


def codes(found):
    return {finding.code: finding for finding in found.findings}


def test_what_is_made_follows_the_kind_of_a_column(tmp_path, main, orders):
    (relation,) = relate(main, asking(tmp_path, orders)).relations
    made = {name.removeprefix("orders.") for name in relation.names}
    assert {name for name in made if " " not in name} == {"count", "since"}
    assert {name for name in made if name.startswith("amount")} == {
        f"amount {function}" for function in ("mean", "last", "sum", "max", "min")
    }
    assert {name for name in made if name.startswith("way")} == {
        f"way {function}" for function in ("mode", "last", "items", "distinct")
    }
    assert {name for name in made if name.startswith("paid")} == {"paid mean", "paid last", "paid sum"}
    assert not any(name.startswith(("number", "same", "customer", "at ")) for name in made)  # nothing to be learnt


def test_without_a_moment_all_rows_are_looked_at_and_it_is_told(tmp_path, main, orders):
    told = relate(main, asking(tmp_path, orders, moment=None))
    assert "orders.since" not in told.frame.columns
    assert told.frame["orders.count"].sum() == orders.height
    assert codes(told)["no-clock"].severity == "warning"
    undated = relate(main, asking(tmp_path, orders.drop("at"), moment=None, time=None))
    assert codes(undated)["no-clock"].severity == "info"
    unnamed = relate(main, asking(tmp_path, orders, moment=None, time=None))
    assert "'at' looks like a clock" in codes(unnamed)["no-clock"].message
    assert "no-clock" not in codes(relate(main, asking(tmp_path, orders)))


def test_a_planted_leak_changes_no_aggregate(tmp_path, main, orders):
    """The rows that only come to be after the moment, for one class alone, are as if they were not there."""
    yes = main.filter(pl.col("y") == "yes")
    columns = {"number": yes["id"].cast(pl.String), "customer": yes["id"], "at": yes["asked"] + dt.timedelta(days=1)}
    leak = pl.DataFrame({**columns, "amount": [0.5] * len(yes), "paid": [True] * len(yes)})
    leak = leak.with_columns(way=pl.lit("card"), same=pl.lit("one"))
    clean = relate(main, asking(tmp_path, orders))
    planted = relate(main, asking(tmp_path, pl.concat([leak, orders])))
    assert planted.frame.equals(clean.frame)
    naive = relate(main, asking(tmp_path, pl.concat([leak, orders]), moment=None))
    assert not naive.frame.equals(relate(main, asking(tmp_path, orders, moment=None)).frame)


def test_rows_that_are_not_looked_at_are_counted(tmp_path, main, orders):
    orders = orders.with_columns(
        at=pl.when(pl.int_range(pl.len()) >= 7).then("at"),
        customer=pl.when(pl.int_range(pl.len()) != 9).then("customer"),
    )
    main = main.with_columns(asked=pl.when(pl.int_range(pl.len()) >= 3).then("asked"))
    found = codes(relate(main, asking(tmp_path, orders)))
    assert found["child-without-time"].message.startswith("7 rows")
    assert found["child-without-key"].message.startswith("1 row")
    assert found["row-without-moment"].message.startswith("3 rows")


def test_few_owners_are_a_warning_and_none_an_error(tmp_path, main, orders):
    few = orders.filter(pl.col("customer") < 1010)
    assert codes(relate(main, asking(tmp_path, few)))["no-child-rows"].severity == "warning"
    with pytest.raises(InputError, match="no row of 'orders' belongs to any row"):
        relate(main, asking(tmp_path, orders.with_columns(pl.col("customer") + 5000)))


def test_the_target_inside_a_child_is_left_out(tmp_path, main, orders):
    told = relate(main, asking(tmp_path, orders.with_columns(y=pl.lit(1.5) * pl.int_range(pl.len()) % 7)))
    assert "target-in-child" in codes(told)
    assert not any(" y " in name or "orders.y" in name for name in told.frame.columns)


def test_the_number_of_aggregates_is_capped(tmp_path, main, orders):
    wide = orders.with_columns((pl.col("amount") * (i + 1)).alias(f"amount {i}") for i in range(MOST))
    told = relate(main, asking(tmp_path, wide))
    assert len(told.relations[0].aggregates) == MOST
    assert "many-aggregates" in codes(told)


def test_one_row_each_is_not_said_five_times(tmp_path, main, orders):
    single = orders.unique("customer", maintain_order=True)
    made = relate(main, asking(tmp_path, single)).relations[0].names
    assert [name for name in made if "amount" in name] == ["orders.amount mean"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": "costumer"}, "no column 'costumer' for the key.*did you mean 'customer'"),
        ({"parent": "idd"}, "no column 'idd' for the parent.*did you mean 'id'"),
        ({"time": "att"}, "no column 'att' for the time"),
        ({"moment": "askd"}, "no column 'askd' for the moment.*did you mean 'asked'"),
        ({"time": None}, "has a moment and no time"),
        ({"time": "way"}, "the time 'way' holds values that are neither dates nor numbers"),
        ({"moment": "x"}, "the time 'at' is datetime and the moment 'x' is numeric"),
        ({"parent": "y"}, "is tied to the target 'y'"),
    ],
)
def test_what_can_not_be_joined_is_refused(tmp_path, main, orders, changes, message):
    with pytest.raises(InputError, match=f"(?s){message}"):
        relate(main, asking(tmp_path, orders, **changes))


def test_a_name_that_is_taken_is_refused(tmp_path, main, orders):
    with pytest.raises(InputError, match=r"the column 'orders\.count' is there already"):
        relate(main.with_columns(pl.lit(1).alias("orders.count")), asking(tmp_path, orders))


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M"])
def test_clocks_may_be_text(tmp_path, main, orders, form):
    minutes = pl.col("at").dt.truncate("1m"), pl.col("asked").dt.truncate("1m")
    orders, main = orders.with_columns(minutes[0]), main.with_columns(minutes[1])
    plain = relate(main, asking(tmp_path, orders)).frame.drop("asked")
    orders, main = (
        orders.with_columns(pl.col("at").dt.strftime(form)),
        main.with_columns(pl.col("asked").dt.strftime(form)),
    )
    assert relate(main, asking(tmp_path, orders)).frame.drop("asked").equals(plain)


def test_one_moment_for_all_rows_is_a_moment(tmp_path, main, orders):
    for asked in (pl.lit(moment(500)), pl.lit("2024-01-20")):
        told = relate(main.with_columns(asked=asked), asking(tmp_path, orders))
        assert 0 < told.frame["orders.count"].sum() < orders.height


def test_a_clock_of_days_is_known_as_one(tmp_path, main, orders):
    (whole,) = relate(main, asking(tmp_path, orders.with_columns(pl.col("at").dt.date()))).relations
    (exact,) = relate(main, asking(tmp_path, orders)).relations
    assert (whole.days, exact.days) == (True, False)


def test_the_schema_tells_how_to_make_the_columns_again(tmp_path, main, orders):
    problem = asking(tmp_path, orders)
    table = ingest(main, problem, tmp_path)
    (relation,) = table.schema.relations
    features = {column.name for column in table.schema.features}
    assert set(relation.names) == {name for name in features if name.startswith("orders.")}
    assert [origin.name for origin in table.origins][1:] == [str(tmp_path / "orders.parquet")]
    kinds = {column.name: column.kind for column in table.schema.columns}
    assert (kinds["orders.count"], kinds["orders.since"], kinds["orders.way items"]) == ("numeric", "numeric", "list")
    again = labelled(main, table.schema, {"orders": orders})
    sealed = [
        pl.read_ipc(tmp_path / f"{part}.arrow") for part in ("train", "holdout") if table.holdout or part == "train"
    ]
    assert again.select(sorted(features)).height == sum(part.height for part in sealed)
    for name in ("orders.amount sum", "orders.since"):
        whole = pl.concat(sealed, how="diagonal")[name].sort().to_list()
        assert again[name].sort().to_list() == pytest.approx(whole)
    assert again[TARGET].null_count() == 0
    with pytest.raises(SchemaError, match="--table orders=FILE"):
        labelled(main, table.schema)


def test_test_rows_look_at_the_same_children(tmp_path, main, orders):
    main.write_parquet(tmp_path / "test.parquet")
    problem = asking(tmp_path, orders)
    problem = Problem(target="y", tables=problem.tables, test=str(tmp_path / "test.parquet"))
    table = ingest(main, problem, tmp_path)
    train, test = pl.read_ipc(tmp_path / "train.arrow"), pl.read_ipc(tmp_path / "holdout.arrow")
    assert table.sealed == "test"
    assert test["orders.amount sum"].to_list() == train["orders.amount sum"].to_list()


def test_what_is_made_is_what_its_making_says(tmp_path, main):
    """Codes that all happen to be digits in the modes stay texts, counts of 0 and 1 stay numbers, an order is kept."""
    codes = [["12", "34", "x9"][i % 3] if i > 40 else str(10 + i % 4) for i in range(60)]
    sizes = [["low", "medium", "high"][i % 3] for i in range(60)]
    columns = {
        "customer": [1000] * 30 + list(range(1001, 1031)),
        "code": codes,
        "size": sizes,
        "one": [i % 2 for i in range(60)],
    }
    columns["day"] = [START + dt.timedelta(days=i) for i in range(60)]
    problem = asking(tmp_path, pl.DataFrame(columns), time=None, moment=None)
    told = relate(main, problem)
    found = {typed.column.name.removeprefix("orders."): typed.column for typed in infer(told.frame, told.relations)}
    names = ("code mode", "code items", "one sum", "one mean", "day max", "count")
    assert {name: found[name].kind for name in names} == {
        "code mode": "categorical", "code items": "list", "one sum": "numeric", "one mean": "numeric",
        "day max": "datetime", "count": "numeric",
    }  # fmt: skip
    assert found["size mode"].kind == "ordinal"
    assert found["size mode"].order == ("low", "medium", "high")


def test_the_tables_own_time_is_the_moment_unless_another_is_named(tmp_path, main, orders):
    named = asking(tmp_path, orders)
    unnamed = msgspec.structs.replace(asking(tmp_path, orders, moment=None), time="asked")
    assert relate(main, unnamed).frame.equals(relate(main, named).frame)
    other = msgspec.structs.replace(unnamed, time="x")  # a number can't be compared with the orders' dates
    assert "no-clock" in codes(relate(main, other))


def test_numbers_that_come_back_are_listed_too(tmp_path, main, orders):
    """A price that many orders have may name the product; a measure that is new each time names nothing."""
    priced = orders.with_columns(price=pl.Series(RNG.choice([4.0, 9.5, 20.0, *range(100, 130)], orders.height)))
    told = relate(main, asking(tmp_path, priced))
    assert {"orders.price items", "orders.price mean"} < set(told.relations[0].names)
    assert "orders.amount items" not in told.relations[0].names
    columns = {typed.column.name: typed.column for typed in infer(told.frame, told.relations)}
    assert columns["orders.price items"].kind == "list"
    assert all("." not in text or "9.5" in text for text in told.frame["orders.price items"].drop_nulls())
