"""The portrait of a table: what `mlwright explore` found, as plain numbers that a page can be drawn from alone.

    Source -> Portrait -> page, summary, JSON

A share is between 0 and 1; a moment is seconds since 1970; ``q`` is a p-value corrected for the number of tests made of
the same kind (Benjamini and Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B 57, 1995).
"""

from __future__ import annotations

from typing import Literal

from mlwright.contracts.records import ColumnKind, Finding, Meaning, Origin, Record, Severity, TaskKind

Change = Literal["steady", "moved", "moved a lot"]
Side = Literal["low", "high", "missing", ""]
_NAME = 60  # letters of a name in a sentence


class Bars(Record, frozen=True):
    """A distribution: ``counts`` (n) of the values between ``edges`` (n + 1), and how many lie below and above them.

    ``log`` says that the edges grow by a factor.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    log: bool = False
    below: int = 0
    above: int = 0


class Level(Record, frozen=True):
    """A value and in how many rows it is."""

    name: str
    rows: int


class Numbers(Record, frozen=True):
    """What is said of numbers. ``quantiles`` are those at 5%, 25%, 50%, 75% and 95% of the finite values."""

    mean: float
    deviation: float
    low: float
    high: float
    quantiles: tuple[float, float, float, float, float]
    skew: float = 0.0
    zeros: int = 0
    negative: int = 0
    infinite: int = 0


class Goal(Record, frozen=True):
    """What is to be predicted, in the terms of the portrait: for a number its ``means``, for classes their shares.

    ``classes`` are the classes whose shares are told: the one that is looked for, if there are two, else the largest.
    ``values`` has the mean, or the share of each of ``classes``, over all rows; ``spread`` is a number's deviation.
    """

    name: str
    task: TaskKind
    classes: tuple[str, ...]
    values: tuple[float, ...]
    spread: float = 0.0

    @property
    def said(self) -> str:
        """What the first of ``values`` is the share or mean of: ``"'survived' is 'yes'"``, ``"'price'"``."""
        name = repr(self.name[:_NAME])
        return name if self.task == "regression" else f"{name} is {self.classes[0][:_NAME]!r}"


class Slice(Record, frozen=True):
    """Some of the rows, and the goal in them: ``values`` as in Goal, and the 95% interval of the first of these."""

    name: str
    rows: int
    values: tuple[float, ...]
    low: float = 0.0
    high: float = 0.0


class Association(Record, frozen=True):
    """How two columns go together, on ``rows`` rows.

    ``strength`` is between 0 (not at all) and 1, comparable between the methods; ``sign`` is -1 when one falls as the
    other rises, and 0 where there is no such direction. ``bent`` says that it is not a straight rise or fall.
    """

    left: str
    right: str
    method: str
    strength: float
    sign: int
    p: float
    q: float
    rows: int
    bent: bool = False


class ColumnPortrait(Record, frozen=True):
    """One column. ``unique`` counts its different values, ``bars`` or ``levels`` are its distribution (``others`` rows
    are in levels not listed; for texts and lists, the bars are of their length). ``slices`` show the goal by this
    column; ``story`` tells the same in plain sentences."""

    name: str
    kind: ColumnKind
    rows: int
    missing: int
    unique: int
    meaning: Meaning = ""
    unit: str = ""
    numbers: Numbers | None = None
    bars: Bars | None = None
    levels: tuple[Level, ...] = ()
    others: int = 0
    slices: tuple[Slice, ...] = ()
    association: Association | None = None
    examples: tuple[str, ...] = ()
    story: tuple[str, ...] = ()


class Gap(Record, frozen=True):
    """Missing values of a column, and the goal where they are missing and where not (None without a goal);
    ``strength`` is how closely the two go together."""

    column: str
    missing: int
    where_missing: Slice | None = None
    where_present: Slice | None = None
    q: float = 1.0
    strength: float = 0.0


class Pattern(Record, frozen=True):
    """Columns that are missing in the same ``rows`` rows, and nothing else in them."""

    columns: tuple[str, ...]
    rows: int


class Series(Record, frozen=True):
    """The mean of a column in each period of a Trend (NaN-free: None where it has no value)."""

    column: str
    values: tuple[float | None, ...]


class Trend(Record, frozen=True):
    """Rows and the goal in each period of the datetime ``column``; ``means`` of the numbers that changed most."""

    column: str
    period: str
    slices: tuple[Slice, ...]
    means: tuple[Series, ...] = ()
    story: tuple[str, ...] = ()


class Balance(Record, frozen=True):
    """How the rows are spread over the groups of a column, and whether the goal differs between them."""

    column: str
    groups: int
    largest: Level
    smallest: Level
    thin: int
    least: Slice | None = None
    most: Slice | None = None
    story: str = ""


class OddCell(Record, frozen=True):
    """A cell that is rare: in what ``share`` of the rows stands the same, or a number as far out on that ``side``."""

    column: str
    value: str
    share: float
    side: Side = ""


class OddRow(Record, frozen=True):
    """A row that stands apart from all others: which one (from 0, of those looked at) and its rarest cells."""

    row: int
    cells: tuple[OddCell, ...]


class Advice(Record, frozen=True):
    """One thing to do next: what, why, and how. The most pressing come first."""

    what: str
    why: str
    how: str = ""
    severity: Severity = "info"
    columns: tuple[str, ...] = ()


class Drift(Record, frozen=True):
    """One column in two tables. ``names`` (of levels) or ``edges`` (of bars) are shared by ``before`` and ``after``,
    which are shares of the values that are there. ``index`` is the population stability index."""

    column: str
    kind: ColumnKind
    change: Change
    index: float
    method: str
    p: float
    q: float
    missing: tuple[float, float]
    before: tuple[float, ...]
    after: tuple[float, ...]
    edges: tuple[float, ...] = ()
    log: bool = False
    names: tuple[str, ...] = ()
    fresh: tuple[Level, ...] = ()
    gone: tuple[Level, ...] = ()
    unreadable: int = 0
    story: tuple[str, ...] = ()


class Comparison(Record, frozen=True):
    """Another table beside this one: the columns that only one of them has, and how those in both changed, the most
    first."""

    name: str
    rows: int
    drifts: tuple[Drift, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Portrait(Record, frozen=True):
    """What a table is. ``taken`` rows of ``rows`` were looked at, ``sample`` of these for relations and tests.
    ``source`` is where it can be read again ("" for a table in memory). ``first`` are the first rows as texts, a cell
    for each of ``shown``, "" where it is missing.

    ``named`` and ``matrix`` are the strengths (with sign) between the columns that are most related; ``pairs`` the
    strongest of all ``tests`` pairs. ``duplicates`` are rows that repeat an earlier one. ``odd`` are the oddest of the
    ``apart`` rows that stand apart from all others.
    """

    name: str
    rows: int
    taken: int
    sample: int
    columns: tuple[ColumnPortrait, ...]
    source: str = ""
    goal: Goal | None = None
    origin: Origin | None = None
    pairs: tuple[Association, ...] = ()
    tests: int = 0
    named: tuple[str, ...] = ()
    matrix: tuple[tuple[float, ...], ...] = ()
    gaps: tuple[Gap, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    trends: tuple[Trend, ...] = ()
    balance: tuple[Balance, ...] = ()
    duplicates: int = 0
    apart: int = 0
    odd: tuple[OddRow, ...] = ()
    shown: tuple[str, ...] = ()
    first: tuple[tuple[str, ...], ...] = ()
    findings: tuple[Finding, ...] = ()
    advice: tuple[Advice, ...] = ()
    comparison: Comparison | None = None
