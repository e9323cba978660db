"""Which kind each column is: the first reading of a table, by rules a person would use.

In this order: one value and nothing else is a constant; a type that the source states (number, boolean, date, category)
is believed; texts that are all numbers, all true/false words, all dates or all amounts are those, where a few words may
stand for "unknown"; steps of a scale are ordinal, several items in a cell a list; the rest are categories or prose. A
running number, or a key that is new in every row, is an identifier: it can't say anything about the next row.

All values must fit a reading, since a wrong rich reading is worse than a plain one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import polars as pl
from polars import selectors

from mlwright import frames
from mlwright.contracts.records import Column, Meaning
from mlwright.ingest import dates
from mlwright.ingest.dates import date_formats
from mlwright.ingest.facts import Facts, Typed, describe
from mlwright.ingest.readings import ENOUGH, dated_at_once, of_texts, scale

__all__ = ["date_formats", "describe", "infer", "known", "read"]

_KEY_NAME = re.compile(
    r"(?i:(^|[_\W])(id|key|uuid|guid)$|^(id|uuid|guid)([_\W]|$)|^index$|^(row|record)[_\W]?(no|nr|num|number)$)|[a-z](Id|ID|Key)$|^Id[A-Z]"
)
_YEARS = (1700, 2200)
_YEAR_NAME = re.compile(r"(?i)year|(^|_)yr($|_)|yr$|jahr|ann[e\u00e9]e|(^|_)a[n\u00f1]o($|_)|built|founded|vintage")
_COUNT_NAME = re.compile(
    r"(?i)(^|[_\W])(n|nb|nr|num|number|count|cnt|total|how_many|no_of|times)([_\W]|$)|^(num|nb|n)[A-Z]"
)
_FLAG_NAME = re.compile(
    r"(?i)^(is|has|was|had|did|does|can|ever)[_\W]|(^|[_\W])(flag|ind|indicator|yn|bool|binary|dummy)$"
)
_TWOS = 3.0  # by chance none of so many is seen in 5% of columns of counts
_LOOK = 1000  # rows by which columns of words are told from those of numbers
_LARGE = 20_000  # rows from which columns are read side by side
_SAMPLE, _TRIED = 300, 20  # texts that the fast cast could not read; one that is no number settles the matter


def infer(frame: pl.DataFrame) -> tuple[Column, ...]:
    """A Column for each column of an adopted table, in its order."""
    return tuple(typed.column for typed in read(frame))


def read(frame: pl.DataFrame) -> tuple[Typed, ...]:
    """The same with each column's values as it reads them, so that nobody has to read them again."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    numeric = _numbers_at_once(frame, texts)

    def one(name: str) -> Typed:
        numbers = numeric.get(name)
        return _column(frame[name], None if numbers is None or _are_codes(frame[name]) else numbers)

    if frame.height < _LARGE:
        return tuple(map(one, frame.columns))
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # Polars works on one column with one core
        longest_first = sorted(frame.columns, key=lambda name: name in numeric)
        typed = dict(zip(longest_first, pool.map(one, longest_first), strict=True))
    return tuple(typed[name] for name in frame.columns)


def known(read: Iterable[Typed], rows: int) -> dict[str, tuple[Column, pl.Series]]:
    """What was read of the ``rows`` of a table, for `frames.conform`."""
    found = ((typed.column, typed.values) for typed in read)
    return {column.name: (column, values) for column, values in found if values is not None and len(values) == rows}


def _numbers_at_once(frame: pl.DataFrame, names: list[str]) -> dict[str, pl.Series]:
    """The String columns in which every text is a plain number, read by one cast of all: most that are numbers."""
    few = frame.select(selectors.by_name(*names)).head(_LOOK)
    read = few.select(selectors.all().cast(pl.Float64, strict=False).fill_nan(None))
    names = [name for name in names if few[name].null_count() == read[name].null_count()]
    columns = frame.select(selectors.by_name(*names))
    if not names or not columns.height:
        return {}
    cast = columns.select(selectors.all().cast(pl.Float64, strict=False))
    odd = [name for name, sum in zip(names, cast.sum().row(0), strict=True) if sum != sum]
    cast = cast.with_columns(selectors.by_name(*odd).fill_nan(None)) if odd else cast
    before, after = columns.null_count().row(0), cast.null_count().row(0)
    gaps = zip(names, before, after, strict=True)
    return {name: cast[name] for name, was, lost in gaps if was == lost < columns.height}


def _numbers_with_gaps(facts: Facts) -> pl.Series | None:
    """The numbers of texts among which words for "missing" may stand; None if they are none."""
    few = facts.distinct.head(_SAMPLE)
    cast = few.cast(pl.Float64, strict=False).fill_nan(None)
    if not facts.unique or frames.numbers(few.filter(cast.is_null()).head(_TRIED)).wrong:
        return None
    values, wrong = frames.numbers(facts.values)
    return None if wrong or values.null_count() == len(values) or _are_codes(facts.values) else values


def _are_codes(texts: pl.Series) -> bool:
    """Texts written with leading zeros ("02134") are codes: as numbers they would lose what they say."""
    return bool(texts.filter(texts.str.starts_with("0")).str.contains(r"^0[0-9]+$").any())


def _column(values: pl.Series, numbers: pl.Series | None) -> Typed:
    dtype = values.dtype
    closed = isinstance(dtype, pl.Categorical | pl.Enum)
    if dtype == pl.String and numbers is None and (dated := dated_at_once(values)):
        return dated
    facts = Facts.of_texts(values.cast(pl.String)) if closed or (dtype == pl.String and numbers is None) else None
    if facts is not None and not closed:
        numbers = _numbers_with_gaps(facts)
    if facts is None or numbers is not None:
        facts = Facts.of_others(values, values if numbers is None else numbers)
    values = facts.values
    if facts.unique + (facts.missing > 0) <= 1:
        return facts.made("constant", values)
    if dtype == pl.Boolean:
        return facts.made("boolean", values)
    if dtype.is_numeric() or numbers is not None:
        return _of_numbers(facts, values if numbers is None else numbers)
    if dtype in (pl.Date, pl.Datetime):
        return facts.made("datetime", values.cast(pl.Datetime("us")))
    if dtype == pl.Binary:
        return facts.made("identifier", pl.Series(values.name, [], dtype=pl.String))
    if dtype == pl.String:
        return of_texts(facts)
    return scale(facts) or facts.made("categorical", values)


def _of_numbers(facts: Facts, numbers: pl.Series) -> Typed:
    """Numbers, or what is written as a number: a flag, a moment, a key."""
    name = numbers.name
    different = _all_different(numbers, facts)
    named = bool(_KEY_NAME.search(name))
    if different and named:
        return facts.made("identifier", numbers, meaning="key")
    low, high = numbers.min(), numbers.max()
    if facts.unique == 2 and (low, high) == (0, 1) and _is_flag(numbers):
        perhaps_counts = not _FLAG_NAME.search(name)
        return facts.read(Column(name=name, kind="boolean", unique=facts.unique, digits=perhaps_counts))
    form = dates.number_format(name, numbers, facts.unique)
    if form is not None:
        meaning: Meaning = "epoch" if form.startswith("@") else ""
        return facts.read(Column(name=name, kind="datetime", unique=facts.unique, formats=(form,), meaning=meaning))
    years = low is not None and _YEARS[0] <= low and high <= _YEARS[1]  # type: ignore[operator]
    # The first difference is null, the others are one step.
    if different and not years and numbers.cast(pl.Float64).diff().n_unique() == 2:
        return facts.made("identifier", numbers, meaning="running-number")
    if years and _YEAR_NAME.search(name) and _is_whole(numbers):
        return facts.made("numeric", numbers, meaning="year")
    return facts.made("numeric", numbers, meaning="key" if named and _is_whole(numbers) else "")


def _is_flag(numbers: pl.Series) -> bool:
    """Whether 0 and 1 mean no and yes. They may be counts of which none was above 1 yet, and later will be: if these
    were counts (Poisson's) with so many ones, k of n, about k * k / 2n twos would have been seen."""
    if _COUNT_NAME.search(numbers.name):
        return False
    ones = float(numbers.sum())
    return bool(_FLAG_NAME.search(numbers.name)) or ones * ones >= 2 * _TWOS * (len(numbers) - numbers.null_count())


def _all_different(numbers: pl.Series, facts: Facts) -> bool:
    """Whole numbers, each in one row, and enough of them."""
    if numbers.dtype.is_float() and facts.values.dtype != pl.String:
        return False
    return not facts.missing and facts.unique >= max(ENOUGH, len(numbers)) and _is_whole(numbers)


def _is_whole(numbers: pl.Series) -> bool:
    return not numbers.dtype.is_float() or bool((numbers == numbers.round()).all())
