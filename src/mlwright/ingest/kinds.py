"""Which kind each column is: the first reading of a table, by rules a person would use.

In this order: one value and nothing else is a constant; a type that the source states (number, boolean, date, category)
is believed; texts that are all numbers, all true/false words or all dates are those; the rest are categories or prose.
A running number, or a key that is new in every row, is an identifier: it can't say anything about the next row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from mlwright import frames
from mlwright.contracts.records import Column, ColumnKind

ENOUGH = 20  # with fewer values, "each is different" says nothing
PROSE = ((2.0, 0.5, ENOUGH), (5.0, 0.1, 50))
"""Texts are prose from this many words on average, if this share of them are different, and this many."""
_KEY_NAME = re.compile(
    r"(?i:(^|[_\W])(id|key|uuid|guid)$|^(id|uuid|guid)([_\W]|$)|^index$|^(row|record)[_\W]?(no|nr|num|number)$)|[a-z](Id|ID|Key)$|^Id[A-Z]"
)
_YEARS = (1700, 2200)
_SAMPLE = 50
_TOP = 20


class _Facts(NamedTuple):
    """Of one column: rows without a value, distinct values, and the column as it is looked at (texts trimmed)."""

    missing: int
    unique: int
    values: pl.Series


def infer(frame: pl.DataFrame) -> tuple[Column, ...]:
    """A Column for each column of an adopted table, in its order."""
    if not frame.width:
        return ()
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    looked = frame.with_columns(frames.present(frames.trimmed(pl.col(texts)))) if texts else frame
    missing = looked.null_count().row(0)
    unique = looked.select(pl.all().n_unique()).row(0)
    columns = zip(missing, unique, looked.get_columns(), strict=True)
    facts = [_Facts(gaps, count - (gaps > 0), values) for gaps, count, values in columns]
    numeric = _all_numbers(looked)
    return tuple(_column(fact, numeric.get(fact.values.name)) for fact in facts)


def _all_numbers(looked: pl.DataFrame) -> dict[str, pl.Series]:
    """The String columns in which every value reads as a number, read; most are decided by one cast of all of them."""
    names = [name for name, dtype in looked.schema.items() if dtype == pl.String]
    if not names:
        return {}
    cast = looked.select(pl.col(names).cast(pl.Float64, strict=False))
    before, after = looked.select(names).null_count().row(0), cast.null_count().row(0)
    # Texts written with leading zeros ("02134") are codes: as numbers they would lose what they say.
    codes = looked.select(pl.col(names).str.contains(r"^0[0-9]+$").any()).row(0)
    found = {}
    for name, gaps, lost, code in zip(names, before, after, codes, strict=True):
        if lost == looked.height or code:
            continue
        values = cast[name]
        if lost != gaps:
            values, wrong = frames.numbers(looked[name])
            if wrong:
                continue
        found[name] = values
    return found


def _column(fact: _Facts, numbers: pl.Series | None) -> Column:
    values, dtype = fact.values, fact.values.dtype
    if fact.unique + (fact.missing > 0) <= 1:
        return _made(fact, "constant", values)
    if dtype == pl.Boolean:
        return _made(fact, "boolean", values)
    if dtype.is_numeric() or numbers is not None:
        numbers = values if numbers is None else numbers
        return _made(fact, "identifier" if _is_key(numbers, fact) else "numeric", numbers)
    if dtype in (pl.Date, pl.Datetime):
        return _made(fact, "datetime", values.cast(pl.Datetime("us")))
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return _made(fact, "categorical", values.cast(pl.String))
    if dtype == pl.Binary:
        return _made(fact, "identifier", pl.Series(values.name, [], dtype=pl.String))
    words = _words(fact)
    if words:
        return _made(fact, "boolean", frames.booleans(values).values, words=words)
    formats = date_formats(values)
    if formats:
        return _made(fact, "datetime", frames.moments(values, formats).values, formats=formats)
    return _made(fact, _text_kind(fact), values)


def _words(fact: _Facts) -> tuple[str, str] | None:
    """The (false, true) words, if two words that are each other's opposite are all there is."""
    if fact.unique != 2:
        return None
    words = fact.values.drop_nulls().unique().to_list()
    first, second = sorted(words, key=lambda word: word.lower() in frames.TRUE_WORDS)
    opposite = first.lower() in frames.FALSE_WORDS and second.lower() in frames.TRUE_WORDS
    return (first, second) if opposite else None


def date_formats(values: pl.Series) -> tuple[str, ...]:
    """The formats, at most three, in which all values of a String column are dates; () if they are not."""
    first = values.is_not_null().arg_max()
    if first is None or not any(c.isdigit() for c in values[first] or ""):
        return ()
    distinct = values.drop_nulls().unique()
    sample = distinct.sort().gather_every(max(1, len(distinct) // _SAMPLE)).to_list()
    formats = _first_formats(sample)
    if formats:
        _, wrong = frames.moments(values, formats)
        if not wrong:
            return formats
        formats = _first_formats(distinct.sort().to_list())  # rare forms, or the day above 12 that settles the order
    return formats


def _first_formats(words: Sequence[str]) -> tuple[str, ...]:
    chosen: list[str] = []
    left = list(words)
    while left and len(chosen) < 3:
        # Month first and day first in one column would be guessing, value by value.
        fits = [form for form in frames.FORMATS if _reads(left[0], form) and _swapped(form) not in chosen]
        if not fits:
            return ()
        rests = [[word for word in left if not _reads(word, form)] for form in fits]
        best = min(range(len(fits)), key=lambda i: len(rests[i]))
        chosen.append(fits[best])
        left = rests[best]
    return () if left else tuple(chosen)


def _swapped(form: str) -> str:
    return form.replace("%m", "%_").replace("%d", "%m").replace("%_", "%d")


def _reads(word: str, form: str) -> bool:
    return frames.read_moment(word, form) is not None


def _is_key(numbers: pl.Series, fact: _Facts) -> bool:
    """A running number in the rows' order, or integers that are all different in a column named like a key."""
    if numbers.dtype.is_float() and fact.values.dtype != pl.String:
        return False
    if fact.missing or fact.unique < max(ENOUGH, len(numbers)):
        return False
    if numbers.dtype.is_float() and not bool((numbers == numbers.round()).all()):
        return False
    if _KEY_NAME.search(numbers.name):
        return True
    low, high = numbers.min(), numbers.max()
    if low is not None and _YEARS[0] <= low and high <= _YEARS[1]:  # type: ignore[operator]
        return False
    return numbers.cast(pl.Float64).diff().n_unique() == 2  # the first is null, the others one step


def _text_kind(fact: _Facts) -> ColumnKind:
    texts = fact.values
    filled = len(texts) - fact.missing
    share = fact.unique / filled
    spaces = texts.str.count_matches(r"\s+").mean() if fact.unique >= ENOUGH else 0
    words = 1.0 + (float(spaces) if isinstance(spaces, int | float) else 0.0)
    if any(words >= least and share >= different and fact.unique >= many for least, different, many in PROSE):
        return "text"
    if fact.unique >= ENOUGH and share >= 0.99:
        ascii_only = bool((texts.str.len_bytes() == texts.str.len_chars()).all())
        return "identifier" if ascii_only else "text"  # without blanks between words: a script such as Chinese
    return "categorical"


def _made(
    fact: _Facts,
    kind: ColumnKind,
    values: pl.Series,
    words: tuple[str, str] | None = None,
    formats: tuple[str, ...] = (),
) -> Column:
    low, high = _range(values) if kind in ("numeric", "datetime") else (None, None)
    return Column(
        name=fact.values.name,
        kind=kind,
        missing=values.null_count() if kind != "constant" and len(values) else fact.missing,
        unique=fact.unique,
        words=words,
        formats=formats,
        low=low,
        high=high,
        levels=_levels(values) if kind == "categorical" else (),
        example=_example(values),
    )


def _range(values: pl.Series) -> tuple[float | None, float | None]:
    if values.dtype == pl.Datetime:
        values = values.to_physical() / 1e6
    elif values.dtype.is_float():
        values = values.filter(values.is_finite())
    low, high = values.min(), values.max()
    return (None if low is None else float(low), None if high is None else float(high))  # type: ignore[arg-type]


def _levels(values: pl.Series) -> tuple[str, ...]:
    counts = values.drop_nulls().alias("level").value_counts(name="rows")
    return tuple(counts.sort("rows", "level", descending=[True, False])["level"].head(_TOP).to_list())


def _example(values: pl.Series) -> Any:
    """The first value, as JSON."""
    first = values.is_not_null().arg_max()
    value = None if first is None or not len(values) else values[first]
    if value is None or isinstance(value, bool | int | float | str):
        return value if value == value and value not in (float("inf"), float("-inf")) else None
    return frames.text_of(value)
