"""The Schema as a file: written and read it changes nothing, and what a person corrects in it wins."""

from __future__ import annotations

import re
import tomllib

import polars as pl
import pytest
from hypothesis import given, settings, strategies as st

from mlwright import frames
from mlwright.contracts.errors import InputError
from mlwright.contracts.records import Problem, Schema, Target
from mlwright.ingest import correct, infer, ingest, write_schema

N = 60
FRAME = pl.DataFrame(
    {
        "price": ["$1,200", "$3", "$45.50"] * (N // 3),
        "day": ["31.12.2020", "01.02.2021", "17.05.2020"] * (N // 3),
        "size": ["S", "M", "L"] * (N // 3),
        "tags": ["a|b", "b|c|a", "c"] * (N // 3),
        "state": ["N.Y.", "NY", "CA"] * (N // 3),
        "told": ["yes", "no", "no"] * (N // 3),
        "rooms": ["3", "4", "many"] * (N // 3),
        "code": [str(n) for n in range(N)],
        'odd "name"\\': ["x", "y\n", "é"] * (N // 3),
        "zip": [8001, 8002, 8003] * (N // 3),
        "wait": ["1h 5m", "20m", "unknown"] * (N // 3),
        "slips": ["1", "2"] * (N // 2 - 1) + ["oops", "hm"],
    }
)


def typed(columns):
    return frames.conform(FRAME, Schema(columns=columns, target=Target(name="y", task="regression")))


def corrected(tmp_path, toml, frame=FRAME):
    path = tmp_path / "schema.toml"
    path.write_text(toml, "utf-8")
    return {column.name: column for column in correct(infer(frame), frame, path)}


def test_written_and_read_it_changes_nothing(tmp_path):
    columns = infer(FRAME)
    write_schema(columns, tmp_path / "schema.toml")
    assert correct(columns, FRAME, tmp_path / "schema.toml") == columns
    assert [path.name for path in tmp_path.iterdir()] == ["schema.toml"]


TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=6)
COLUMN = st.lists(TEXT | st.none(), min_size=4, max_size=4)


@settings(max_examples=40)
@given(values=st.dictionaries(TEXT.filter(len), COLUMN, min_size=1, max_size=4))
def test_names_and_values_of_any_letters_survive(tmp_path_factory, values):
    frame = frames.adopt(values)
    columns = infer(frame)
    path = tmp_path_factory.mktemp("any") / "schema.toml"
    write_schema(columns, path)
    assert set(tomllib.loads(path.read_text("utf-8"))["columns"]) == set(values)
    assert correct(columns, frame, path) == columns


def test_a_correction_wins_and_is_marked(tmp_path):
    found = corrected(
        tmp_path,
        """
        [columns.zip]
        kind = "categorical"
        [columns.code]
        kind = "numeric"
        [columns.price]
        kind = "ignore"
        [columns.size]
        kind = "ordinal"
        order = ["L", "M", "S"]
        [columns.state]
        kind = "categorical"
        spellings = { "NY" = "N.Y." }
        """,
    )
    assert {name for name, column in found.items() if column.corrected} == {"zip", "code", "price", "size", "state"}
    table = typed(tuple(found.values()))
    assert "price" not in table.columns
    assert table["zip"].dtype == pl.String and found["zip"].levels == ("8001", "8002", "8003")
    assert table["code"].to_list() == list(map(float, range(N)))
    assert found["size"].order == ("L", "M", "S")
    assert set(table["state"]) == {"N.Y.", "CA"}


def test_what_the_users_kind_can_not_read_is_missing(tmp_path):
    found = corrected(tmp_path, '[columns.slips]\nkind = "numeric"')["slips"]
    assert (found.kind, found.blanks, found.missing) == ("numeric", ("hm", "oops"), 2)
    assert corrected(tmp_path, '[columns.rooms]\nkind = "numeric"')["rooms"].blanks == ("many",)


def test_a_kind_brings_what_it_needs_from_the_values(tmp_path):
    toml = '[columns.wait]\nkind = "categorical"\n[columns.tags]\nkind = "list"\n[columns.told]\nkind = "categorical"'
    found = corrected(tmp_path, toml)
    assert (found["wait"].kind, found["wait"].notation, found["wait"].blanks) == ("categorical", None, ())
    assert not found["tags"].corrected and (found["told"].kind, found["told"].words) == ("categorical", None)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[columns.prise]\nkind = "numeric"', "no column 'prise'; did you mean 'price'?"),
        ('[columns.price]\nkind = "numerik"', "unknown kind 'numerik'; did you mean 'numeric'?"),
        ('[columns.price]\nkind = "numeric"\nordr = []', "unknown key 'ordr'; did you mean 'order'?"),
        ('[columns.price]\nkind = "numeric"\norder = ["1"]', "'order' says nothing about a column of kind numeric"),
        ('[columns.price]\nmeaning = "money"', "there is no kind"),
        ('[columns.price]\nkind = "numeric"\nbrackets = 3', "Expected `bool`"),
        ('[colums.price]\nkind = "numeric"', "unknown key 'colums'; did you mean 'columns'?"),
        ('[columns.state]\nkind = "numeric"', "values can't be read as numeric"),
        ('[columns.state]\nkind = "datetime"', "the form of these dates is not known"),
        ('[columns.state]\nkind = "list"', "these are no lists"),
        ('[columns.state]\nkind = "ordinal"', "the order is not known"),
        ('[columns.size]\nkind = "ordinal"\norder = ["S", "L"]', "order lacks 'M'"),
        ("[columns.price", "this is no TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_told(tmp_path, toml, said):
    with pytest.raises(InputError, match=re.escape(said)) as caught:
        corrected(tmp_path, toml)
    assert "schema.toml" in caught.value.where and caught.value.way_out


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="can't be opened"):
        correct(infer(FRAME), FRAME, tmp_path / "none.toml")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(InputError, match="can't be written") as caught:
        write_schema(infer(FRAME), tmp_path / "file" / "schema.toml")
    assert "schema.toml" in caught.value.where and caught.value.way_out
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_corrected_schema_is_what_a_table_is_typed_by(tmp_path):
    path = tmp_path / "schema.toml"
    path.write_text('[columns.zip]\nkind = "categorical"\n[columns.slips]\nkind = "numeric"', "utf-8")
    frame = FRAME.with_columns(y=pl.Series([0, 1] * (N // 2)))
    table = ingest(frame, Problem(target="y", schema=str(path)), tmp_path)
    column = next(c for c in table.schema.columns if c.name == "zip")
    assert column.kind == "categorical" and column.corrected
    told = {finding.column: finding.message for finding in table.findings if finding.code == "read-as-missing"}
    assert "2 values" in told["slips"] and "'oops'" in told["slips"]
