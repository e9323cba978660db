"""Records: written as JSON and read again, they are the same; nothing about one can be changed."""

from __future__ import annotations

import math
import typing

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from mlwright.contracts import records
from mlwright.contracts.records import NUMBER_KINDS, STRING_KINDS, Column, ColumnKind, Record, Schema, Target, Verdict

KINDS = [c for c in vars(records).values() if isinstance(c, type) and issubclass(c, Record) and c is not Record]
texts = st.text(st.characters(codec="utf-8"), max_size=6)
numbers = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts


def values(kind):
    """A strategy for a field's type."""
    if kind is typing.Any:
        return json_values
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return st.sampled_from(inside)
    if origin is tuple and inside[-1] is ...:
        return st.lists(values(inside[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, inside))
    if origin is dict:
        return st.dictionaries(values(inside[0]), values(inside[1]), max_size=2)
    if inside:  # a union; bools and floats of a label are told apart by JSON itself
        return st.one_of(*map(values, inside))
    plain = {str: texts, int: st.integers(-(2**53), 2**53), float: numbers, bool: st.booleans(), type(None): st.none()}
    return plain[kind] if kind in plain else built(kind)


def built(kind):
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{name: values(hints[name]) for name in kind.__struct_fields__})


@pytest.mark.parametrize("kind", KINDS, ids=lambda c: c.__name__)
def test_round_trip_through_json(kind):
    @given(built(kind))
    def check(record):
        again = msgspec.json.decode(msgspec.json.encode(record), type=kind)
        assert again == record
        assert msgspec.json.encode(again) == msgspec.json.encode(record)

    check()


@pytest.mark.parametrize("kind", KINDS, ids=lambda c: c.__name__)
def test_records_are_frozen(kind):
    @settings(max_examples=1)
    @given(built(kind))
    def check(record):
        for name in kind.__struct_fields__:
            with pytest.raises(AttributeError, match="immutable"):
                setattr(record, name, None)

    check()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Column, b'{"name": "a", "kind": "wide"}'),
        (Column, b'{"name": "a"}'),
        (Column, b'{"name": "a", "kind": "numeric", "missing": "three"}'),
        (Target, b'{"name": "y", "task": "clustering"}'),
        (Verdict, b'{"decision": "perhaps"}'),
    ],
)
def test_what_is_no_such_record_is_refused(kind, text):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=kind)


def test_a_later_versions_field_is_no_reason_to_refuse():
    assert msgspec.json.decode(b'{"name": "a", "kind": "text", "tone": "dry"}', type=Column) == Column(
        name="a", kind="text"
    )


@pytest.mark.parametrize("labels", [(True, False), (0, 1), (0.5, 1.5), ("0", "1"), ("true", "NaN")])
def test_classes_keep_their_types(labels):
    target = Target(name="y", task="binary", classes=labels)
    again = msgspec.json.decode(msgspec.json.encode(target), type=Target).classes
    assert [type(c) for c in again] == [type(c) for c in labels]
    assert again == labels


def test_features_are_numbers_and_strings_and_nothing_else():
    kinds = typing.get_args(ColumnKind)
    schema = Schema(
        columns=tuple(Column(name=f"{k}{i}", kind=k) for i in range(2) for k in kinds),
        target=Target(name="y", task="regression"),
    )
    assert schema.numbers == tuple(f"{k}{i}" for i in range(2) for k in kinds if k in NUMBER_KINDS)
    assert schema.strings == tuple(f"{k}{i}" for i in range(2) for k in kinds if k in STRING_KINDS)
    assert {c.name for c in schema.features} == {*schema.numbers, *schema.strings}
    assert set(kinds) - {c.kind for c in schema.features} == {"identifier", "constant"}


def test_a_number_without_an_end_is_written_as_missing():
    assert msgspec.json.encode(Column(name="a", kind="numeric", low=-math.inf)).count(b'"low":null') == 1
