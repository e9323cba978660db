"""Several ways to write one category are proposed for merging, as a line of the schema file."""

from __future__ import annotations

import msgspec
import polars as pl

from mlwright.explore.spellings import variants


def test_the_line_to_paste_is_toml_that_merges_them(schema_of):
    frame = pl.DataFrame({'ci"ty': ["N.Y."] * 5 + ["NY", "ny", "Rome", "rome\\"], "plain": list("abcabcabc")})
    (finding,) = variants(schema_of(frame), frame)
    assert finding.column == 'ci"ty' and "'N.Y.' also as" in finding.message
    head, _, line = finding.remedy.partition(" in the schema: ")
    table = msgspec.toml.decode(head[head.index("[") :] + "\n" + line)
    assert {key: value for key, value in table["columns"]['ci"ty']["spellings"].items() if value == "N.Y."} == {
        "NY": "N.Y.",
        "ny": "N.Y.",
    }


def test_categories_that_differ_are_left_alone(schema_of):
    frame = pl.DataFrame({"grade": ["A", "A+", "B", "B-"], "range": ["1-2", "12", "<1", "1"]})
    assert variants(schema_of(frame), frame) == []
