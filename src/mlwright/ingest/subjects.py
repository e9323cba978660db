"""Columns that say whose row it is, where there are several rows of each."""

from __future__ import annotations

import re

import polars as pl

from mlwright.contracts.records import Column, Schema

_FEWEST = 10  # subjects
_TWICE = 2.0  # rows of each, on average
_WHO = re.compile(
    "subject|patient|person|participant|respondent|user|customer|client|member|household|family|session|visitor|account|"
    "student|pupil|employee|driver|player|donor|animal|mouse|rat|specimen|device|machine|vehicle|speaker|volunteer|"
    "citizen|buyer|borrower|applicant"
)
_MARK = re.compile("ids?|no|nr|num|number|code|key|uid|name|#")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|#")


def subjects(rows: pl.DataFrame, schema: Schema) -> tuple[str, ...]:
    """Features of typed ``rows`` that are called like somebody who may come again ("subject#", "customer_id"), and have
    several rows for most."""
    return tuple(column.name for column in schema.features if _says_who(column) and _recurs(rows[column.name], column))


def _says_who(column: Column) -> bool:
    words = [word.lower() for word in _WORD.findall(column.name)]
    rest = [word for word in words if not _MARK.fullmatch(word)]
    marked = len(rest) < len(words)
    return bool(_WHO.fullmatch(rest[-1]) and (marked or len(rest) == 1)) if rest else marked


def _recurs(values: pl.Series, column: Column) -> bool:
    if column.kind not in ("numeric", "categorical", "text") or not _FEWEST <= column.unique <= len(values) / _TWICE:
        return False
    return column.kind != "numeric" or bool((values.drop_nulls() % 1 == 0).all())
