"""The records that flow from stage to stage, in the order of the life of a datum.

    Problem + Source -> Table -> Profile -> Recipe -> Plan -> Trial* -> Candidates -> Verdict -> Release

All are frozen, typed and written as JSON under the run's folder, one file a record. Times are seconds, sizes are bytes,
latencies are milliseconds unless a name says otherwise.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

ColumnKind = Literal[
    "numeric", "boolean", "datetime", "categorical", "ordinal", "text", "list", "identifier", "constant"
]
Meaning = Literal[
    "", "money", "percentage", "duration", "time-of-day", "quantity", "year", "epoch", "key", "running-number"
]
TaskKind = Literal["binary", "multiclass", "regression"]
Decision = Literal["ship", "hold", "refuse"]
Severity = Literal["info", "warning", "severe"]
Direction = Literal["up", "down"]
Label = bool | int | float | str
Needs = Literal["probability", "label", "value"]

NUMBER_KINDS: tuple[ColumnKind, ...] = ("numeric", "boolean", "datetime")
STRING_KINDS: tuple[ColumnKind, ...] = ("categorical", "ordinal", "text", "list")
REPAIRS = (
    *("sentinel-values", "impossible-values", "zero-for-missing", "default-dates"),
    *("duplicate-rows", "time-order", "grouped-rows", "leak-target-copy"),
)
"""Codes of findings that are acted on, unless `Problem.keep` names them."""
ITEM_MARK = "\x1f"  # stands between the items of a list in one text of the graph's input ``strings``


class Record(msgspec.Struct, frozen=True):
    """Base of every record."""


class ChildTable(Record, frozen=True):
    """A further table of which many rows may belong to one row of the main one.

    ``data`` is where it is (a path or URL; ``query`` goes with a database), ``key`` its column that names the row of
    the main table, by the main table's column ``parent`` (the same name unless given). ``time`` is its clock, and
    ``moment`` the main table's column with the moment at which each row was asked: rows of the child at or after it
    are not looked at.
    """

    name: str
    data: str
    key: str
    parent: str = ""
    time: str | None = None
    moment: str | None = None
    query: str | None = None


class Measure(Record, frozen=True):
    """What is to be known of a metric that is none of ours: see `mlwright.metrics.Metric`. Its function is no data, and
    has to be brought again where it is asked."""

    name: str
    title: str
    about: str
    tasks: tuple[TaskKind, ...]
    needs: Needs
    greater_is_better: bool


class Problem(Record, frozen=True):
    """What the user asked for. ``budget`` is seconds of wall clock; ``trials`` stops after that many trials instead.
    ``measure`` tells of the ``metric`` if that is none of ours.

    ``group`` names the column of rows that belong together, ``time`` that of what came when (``ordered``: the rows lie
    in that order), ``weight`` that of how much each row counts. ``monotone`` names columns with whose value the answer
    may only go up, or only down: the predicted number, or the probability of the second of two classes. ``costs`` are
    what an answer for the second of two classes costs that is a "false_positive", "false_negative", "true_positive" or
    "true_negative"; ``sensitive`` names columns by whose groups the model is looked at. ``query`` is SQL for data in a
    database, ``schema`` the path of a Schema that the user corrected (TOML), ``tables`` are child tables, ``memory``
    bytes that the run may take (None: three quarters of what is free), and ``keep`` the codes of repairs that are not
    to be made. ``iterate``: after a first round of trials, what their diagnosis prescribes is tried too.
    """

    target: str
    task: TaskKind | None = None
    metric: str | None = None
    measure: Measure | None = None
    budget: float | None = None
    trials: int | None = None
    group: str | None = None
    time: str | None = None
    ordered: bool = False
    weight: str | None = None
    test: str | None = None
    seed: int = 0
    max_latency: float | None = None
    max_size: int | None = None
    query: str | None = None
    schema: str | None = None
    tables: tuple[ChildTable, ...] = ()
    memory: int | None = None
    keep: tuple[str, ...] = ()
    monotone: dict[str, Direction] = {}
    costs: dict[str, float] = {}
    sensitive: tuple[str, ...] = ()
    iterate: bool = False


class Notation(Record, frozen=True):
    """How the numbers of a column are written as text.

    ``decimal`` and ``thousands`` are the marks ("" is none); ``brackets`` says that "(1,200)" is -1200; ``units`` maps
    each unit that stands before or behind a number, as written, to the factor that turns it into ``unit``, the one
    that the column's values are in ("$", "%", "kg", "s"). The unit ":" stands for hours, minutes and seconds between
    colons, "P" for a duration of ISO 8601; both in seconds.
    """

    decimal: str = "."
    thousands: str = ""
    brackets: bool = False
    unit: str = ""
    units: dict[str, float] = {}


class Column(Record, frozen=True):
    """One column as it was found and is expected again.

    ``words`` are the (false, true) words of a boolean kept as text; ``digits`` says that one was found among 0 and 1
    alone, and its name does not say that it is one: it may be a count, so that a later 2 is read as the nearer of both.
    ``formats`` are the strptime formats of a datetime kept as text ("" stands for ISO 8601, "@s", "@ms", "@us" and
    "@ns" for a number since 1970); ``low`` and ``high`` the range seen (numbers; epoch seconds for a datetime);
    ``levels`` the most frequent values of a categorical; ``example`` one value seen, as JSON.

    ``meaning`` is what the values are beyond their kind, ``notation`` how numbers are written where that is not plain,
    ``order`` the levels of an ordinal from low to high, ``separator`` what stands between the items of a list ("[" for
    JSON). ``spellings`` maps a value to the one that it stands for: it comes from the user alone, who also
    sets ``corrected`` by correcting anything about the column. ``blanks`` are further values that mean "missing", as
    "unknown" among numbers. A column ``parent.child`` comes out of a nested value in a column ``parent``.
    """

    name: str
    kind: ColumnKind
    missing: int = 0
    unique: int = 0
    words: tuple[str, str] | None = None
    formats: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    example: Any = None
    meaning: Meaning = ""
    notation: Notation | None = None
    order: tuple[str, ...] = ()
    separator: str = ""
    spellings: dict[str, str] = {}
    blanks: tuple[str, ...] = ()
    corrected: bool = False
    digits: bool = False


class Target(Record, frozen=True):
    """The column to predict. ``classes`` are in the order of the probabilities; empty for regression.

    ``mean`` and ``scale`` (regression) centre and scale the target while learning; the graph undoes both. ``floor``
    lies below all its values, and the logarithms of how far they lie above it are less skewed than they are; None: they
    aren't, or there are values below 0. ``notation`` is how its numbers were written: predictions are plain numbers in
    its unit.
    """

    name: str
    task: TaskKind
    classes: tuple[Label, ...] = ()
    counts: tuple[int, ...] = ()
    mean: float = 0.0
    scale: float = 1.0
    floor: float | None = None
    notation: Notation | None = None


class Aggregate(Record, frozen=True):
    """One feature made of the rows of a child table that belong to a row: a ``function`` of its ``column``.

    "since" is the time from the last row to the moment (days, or the unit of a clock of numbers), "mode" the most
    frequent value, "items" the different ones as a list."""

    name: str
    function: Literal["count", "sum", "mean", "min", "max", "last", "distinct", "since", "mode", "items"]
    column: str = ""


class Relation(Record, frozen=True):
    """How a child table is summed up into the columns that its ``aggregates`` name: see ChildTable for the rest.
    ``columns`` are the child's own, as they are expected again, and ``asked`` is the main table's column with the
    moments. If the child's clock tells ``days`` alone, rows of the moment's own day are not looked at."""

    name: str
    key: str
    parent: str
    time: str | None
    moment: str | None
    columns: tuple[Column, ...]
    aggregates: tuple[Aggregate, ...]
    asked: Column | None = None
    days: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are made, in their order."""
        return tuple(item.name for item in self.aggregates)


class Schema(Record, frozen=True):
    """The typed row. The graph's input ``numbers`` holds the columns of ``numbers`` in that order (float64, missing is
    NaN, booleans 0 and 1, datetimes as seconds since 1970), ``strings`` those of ``strings`` (missing is ""; the items
    of a list stand with ITEM_MARK between them). ``relations`` make columns out of child tables. ``weight`` names the
    column that says how much a row counts when a model is judged: no feature."""

    columns: tuple[Column, ...]
    target: Target
    relations: tuple[Relation, ...] = ()
    weight: str | None = None

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that a model may read, in the table's order."""
        return tuple(c for c in self.columns if c.kind in NUMBER_KINDS + STRING_KINDS)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Names of the columns of the graph's input ``numbers``, in its order."""
        return tuple(c.name for c in self.columns if c.kind in NUMBER_KINDS)

    @property
    def strings(self) -> tuple[str, ...]:
        """Names of the columns of the graph's input ``strings``, in its order."""
        return tuple(c.name for c in self.columns if c.kind in STRING_KINDS)


class Finding(Record, frozen=True):
    """Something the user should know. ``code`` is stable (e.g. "constant-column"); ``remedy`` is what to do."""

    code: str
    severity: Severity
    message: str
    column: str | None = None
    remedy: str = ""


class Origin(Record, frozen=True):
    """Where a table came from: what to call it (no credentials), the SHA-256 of its content and of its columns' names
    and types, the text of the query (""), when it was read (ISO 8601, UTC), its rows, and how many of them were
    taken."""

    name: str
    fingerprint: str
    layout: str
    query: str = ""
    read: str = ""
    rows: int = 0
    taken: int = 0


class Split(Record, frozen=True):
    """What a split of the rows has to heed: "time" (every row is judged by models of earlier rows alone), or "group"
    (the rows of one stay together), by ``column`` (None: by the order of the rows). ``inferred``: nobody said so."""

    kind: Literal["", "time", "group"] = ""
    column: str | None = None
    inferred: bool = False


TARGET, GROUP, WEIGHT, ROW, ASIDE = "__target__", "__group__", "__weight__", "__row__", "__aside__"


class Table(Record, frozen=True):
    """A typed table in the run's folder: ``train.arrow``, and ``holdout.arrow`` when rows were sealed away.

    Both hold the schema's feature columns, typed (Float64, Boolean, Datetime or String; missing is null), and the
    columns TARGET (Int32 class index, or Float64) and, if the problem names a group or ``split`` found one, GROUP
    (Int32 codes); train.arrow has GROUP also where rows were recorded more than once: copies have one code. If the
    problem names a weight, they have WEIGHT (Float64, above 0, its mean over train.arrow is 1); a test table without
    that column has none. Where ``split`` is by time the rows are in its order. train.arrow has ROW (UInt32), the place
    of each row among those that were read, from 0, and identifiers as they were written (String), each by its name
    behind ASIDE: only exploring looks at them.

    ``holdout`` says how many rows are sealed and ``sealed`` why: "" (none), "rows" (a random, grouped or latest part of
    the table) or "test" (the user's own test data). ``fingerprint`` is the SHA-256 of the raw content; ``origins``
    are the main table, then child tables and the test data.
    """

    source: str
    rows: int
    holdout: int
    sealed: Literal["", "rows", "test"]
    fingerprint: str
    schema: Schema
    findings: tuple[Finding, ...] = ()
    origins: tuple[Origin, ...] = ()
    split: Split = Split()


class Profile(Record, frozen=True):
    """What exploring found: a finding has a code, evidence and a remedy.

    ``unknowns`` are numbers that stand for "missing" (seconds since 1970 in a column of moments), by the code of the
    finding that says so and by column; ``cells`` says how many cells hold one, by code. ``leaks`` says of every check
    for leaks, by its code, "found", "clear", or why it does not apply.
    """

    rows: int
    findings: tuple[Finding, ...] = ()
    unknowns: dict[str, dict[str, tuple[float, ...]]] = {}
    cells: dict[str, int] = {}
    leaks: dict[str, str] = {}


class StepSpec(Record, frozen=True):
    """Unfitted steps in a row: registered names, the columns the first one reads, and options by step name.

    ``crossed`` says that the columns, all of strings, are read as one: each pair (or more) of values that stand in one
    row is a value of its own.
    """

    steps: tuple[str, ...]
    columns: tuple[str, ...]
    options: dict[str, dict[str, Any]] = {}
    crossed: bool = False


class Recipe(Record, frozen=True):
    """Unfitted steps by flavour: a learner names the flavour of matrix that it reads ("trees", "linear", ...).

    ``findings`` say what is repaired; ``unknowns`` are the numbers of each column that every step shall read as
    missing.
    """

    flavours: dict[str, tuple[StepSpec, ...]]
    findings: tuple[Finding, ...] = ()
    unknowns: dict[str, tuple[float, ...]] = {}


class Feature(Record, frozen=True):
    """One column of the matrix: its name, the input it came from and the step that made it."""

    name: str
    column: str
    step: str


Cure = Literal["", "fewer-columns", "fewer-rows", "even-groups"]


class TrialSpec(Record, frozen=True):
    """One configuration to try; ``rows`` caps the rows that it is fitted on. Folds judge it; what ships is the mean of
    at most so many ``copies`` fitted on all rows, which differ in their seeds. A ``baseline`` is there to be beaten.
    ``flavour`` is the recipe's flavour of matrix to read, where it is not the learner's own: one of the same kind
    ("trees+" for "trees"). ``turns`` is how many parts of a fold's rows are watched, one after the other. With a
    ``floor`` it learns the logarithm of how far the truth, as it is scaled, lies above it. ``cure`` is what a fold does
    first, by the rows that it learns from alone: leave out columns that tell it nothing or rows whose label it doubts,
    or weigh rows so that no sensitive group tells the class. ``answers`` is the code of the finding that prescribed the
    trial. One that is ``over`` others reads their answers, not a matrix."""

    id: str
    learner: str
    options: dict[str, Any] = {}
    rows: int | None = None
    copies: int = 1
    baseline: bool = False
    flavour: str = ""
    turns: int = 1
    floor: float | None = None
    cure: Cure = ""
    answers: str = ""
    over: tuple[str, ...] = ()


class Plan(Record, frozen=True):
    """What to try, in order, over which folds: a pure function of the table's shape, the problem and the budget."""

    folds: int
    splitter: Literal["stratified", "plain", "group", "time"]
    trials: tuple[TrialSpec, ...]


class FoldResult(Record, frozen=True):
    """One fold of one trial, in a process of its own. ``difference`` is the largest between the emitted graph and the
    fitted model. ``status`` other than "done" says how it ended and ``error`` why; ``refused`` what steps said that
    could not use their columns; ``settled`` is what the learner found out about itself. Of the ``seconds`` ``made``
    went into the matrix (few: other trials had made it) and ``emitted`` into writing and loading the graph."""

    trial: str
    fold: int
    status: Literal["done", "failed", "deadline", "memory", "crashed"]
    seconds: float = 0.0
    made: float = 0.0
    emitted: float = 0.0
    difference: float = 0.0
    error: str = ""
    features: tuple[Feature, ...] = ()
    refused: tuple[str, ...] = ()
    settled: dict[str, Any] = {}


class Trial(Record, frozen=True):
    """One configuration tried over all folds; ``loss`` is of its out-of-fold predictions (smaller is better)."""

    spec: TrialSpec
    status: Literal["done", "failed", "deadline", "memory", "crashed", "skipped"]
    loss: float | None = None
    seconds: float = 0.0
    difference: float = 0.0
    error: str = ""


class Member(Record, frozen=True):
    """A trial in the ensemble, its weight, and how many of its models are averaged: models of all rows, or, where no
    time was left for one, of the ``folds`` that stand in."""

    trial: str
    weight: float
    models: int = 1
    folds: bool = False


class Candidates(Record, frozen=True):
    """The outcome of the search: the trials, the ensemble, and what was measured on its merged graph.

    ``slope`` and ``offset`` calibrate probabilities; ``threshold`` is the least probability of the second class that is
    answered with it (binary). ``halves`` are half the width of the 90% interval between the ``edges`` of the answer,
    both on the scaled target (regression), where columns do not say that a row is harder or easier; ``cuts`` are the
    least probability with which each class is in the set that holds the truth with 90%.
    """

    trials: tuple[Trial, ...]
    members: tuple[Member, ...]
    metric: str
    metric_reason: str
    slope: float = 1.0
    offset: float = 0.0
    threshold: float | None = None
    edges: tuple[float, ...] = ()
    halves: tuple[float, ...] = ()
    cuts: tuple[float, ...] = ()
    difference: float = 0.0
    latency: float = 0.0
    size: int = 0
    findings: tuple[Finding, ...] = ()


class Score(Record, frozen=True):
    """A metric's value with its 95% interval."""

    metric: str
    value: float
    low: float
    high: float


class Verdict(Record, frozen=True):
    """The judgement. ``scores`` has every metric of the task; ``baselines`` the main metric of simpler predictors.

    ``method`` says in words where the number comes from; ``rows`` on how many rows it stands; ``threshold`` is the
    least probability of the second class that was taken as an answer for it (binary; None: one half); ``measure`` tells
    of the metric if it is none of ours.
    """

    decision: Decision
    reasons: tuple[str, ...]
    metric: str
    score: Score
    scores: tuple[Score, ...]
    baselines: dict[str, Score]
    method: str
    rows: int
    confusion: tuple[tuple[int, ...], ...] = ()
    findings: tuple[Finding, ...] = ()
    threshold: float | None = None
    measure: Measure | None = None


class Release(Record, frozen=True):
    """Where a bundle went."""

    path: str
    size: int
    seconds: float


class Provenance(Record, frozen=True):
    """Where a model came from: the data, the versions, the command, and what was measured on its graph."""

    fingerprint: str
    source: str
    rows: int
    versions: dict[str, str]
    seed: int
    command: str
    created: str
    commit: str | None
    difference: float
    latency: float
    origins: tuple[Origin, ...] = ()


class Manifest(Provenance, frozen=True, kw_only=True):
    """What a bundle holds and where it came from. ``files`` maps each file's name to its SHA-256, ``size`` is the
    graph's."""

    format: int
    files: dict[str, str]
    size: int
