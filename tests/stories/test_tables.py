"""Two tables through the command line: a leak in the child's future is not learnt from, and both are asked with."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import polars as pl
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.story]

START = dt.datetime(2024, 1, 1)
PROBLEM = """
target = "returns"
metric = "roc_auc"
trials = 2
[tables.orders]
data = "orders.csv"
key = "customer"
time = "ordered_at"
{moment}
"""


def write(folder, rows):
    """Orders that say a little about the class before the moment, and all of it after."""
    rng = np.random.default_rng(3)
    returns = rng.integers(0, 2, rows)
    asked = [START + dt.timedelta(days=float(day)) for day in rng.uniform(100, 300, rows)]
    orders = []
    for customer in range(rows):
        for _ in range(rng.poisson(4)):
            when = asked[customer] - dt.timedelta(days=float(rng.exponential(20)))
            orders.append((customer, when, 50 + 8 * returns[customer] + float(rng.normal(0, 10))))
        if returns[customer]:
            orders.append((customer, asked[customer] + dt.timedelta(days=1), -99.0))
    customers = {"customer": range(rows), "asked_at": asked, "returns": returns}
    pl.DataFrame(customers).write_csv(folder / "customers.csv")
    pl.DataFrame(orders, schema=["customer", "ordered_at", "amount"], orient="row").write_csv(folder / "orders.csv")


def test_only_the_past_is_learnt_from_and_asked_for(tmp_path, typed):
    write(tmp_path, 600)
    scores = {}
    for name, moment in (("past", 'moment = "asked_at"'), ("all", "")):
        (tmp_path / "problem.toml").write_text(PROBLEM.format(moment=moment))
        words = ("train", "customers.csv", "--problem", "problem.toml", "--out", f"models/{name}", "--json")
        facts = json.loads(typed(tmp_path, *words).stdout)
        scores[name] = facts["score"]
        assert ("no-clock" in {finding["code"] for finding in facts["findings"]}) == (name == "all")
    assert scores["all"] > 0.99 > 0.95 > scores["past"] > 0.6

    asked = ("models/past", "customers.csv", "--table", "orders=orders.csv")
    typed(tmp_path, "predict", *asked, "-o", "answers.csv")
    orders = pl.read_csv(tmp_path / "orders.csv")
    orders.filter(pl.col("amount") > -99).write_csv(tmp_path / "orders.csv")
    typed(tmp_path, "predict", *asked, "-o", "again.csv")
    assert (tmp_path / "answers.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()
    assert json.loads(typed(tmp_path, "evaluate", *asked, "--json").stdout)["rows"] == 600
    typed(tmp_path, "predict", "models/past", "customers.csv", "-o", "none.csv", code=2)
