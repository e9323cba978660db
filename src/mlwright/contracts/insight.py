"""What is known of a finished model beside its score, as plain numbers that a page can be drawn from alone.

    Candidates + Verdict -> Explanation, Scrutiny, Diagnosis -> report

``value``, ``low`` and ``high`` of a `Range` are an estimate and its 95% interval. A gain above 0 is for the better,
whatever the metric. A share is between 0 and 1.
"""

from __future__ import annotations

from typing import Any, Literal

from mlwright.contracts.records import Finding, Record


class Range(Record, frozen=True):
    """An estimate with its 95% interval."""

    value: float
    low: float
    high: float


class Importance(Record, frozen=True):
    """By how much the main metric gets worse when the values of ``columns`` are dealt out anew among the rows, all of
    them at once: one column, or several that tell the same."""

    columns: tuple[str, ...]
    loss: Range


class Point(Record, frozen=True):
    """Where an effect was looked at: a number, or (``level``) a category, and the share of rows that are there.

    ``effect`` is the accumulated local effect on the answer (Apley and Zhu 2020; for categories the partial
    dependence), centred at 0; ``low`` and ``high`` hold eight of ten single rows' partial dependence."""

    effect: float
    low: float
    high: float
    share: float
    at: float | None = None
    level: str = ""


class Effect(Record, frozen=True):
    """How the answer (the number, or the probability of ``answer``) goes with a column."""

    column: str
    points: tuple[Point, ...]
    answer: str = ""


class Interaction(Record, frozen=True):
    """The share (of the variance) of what two columns do together that neither does alone (the square of the
    H-statistic; Friedman and Popescu 2008)."""

    columns: tuple[str, str]
    strength: float


class Part(Record, frozen=True):
    """What a column's value adds to the answer for one row (Shapley value)."""

    column: str
    value: Any
    adds: float


class Change(Record, frozen=True):
    """A column's value, and another one that other rows have."""

    column: str
    before: Any
    after: Any


class Counterfactual(Record, frozen=True):
    """The fewest changes that were found which turn the answer, and what the model then answers: the number, or the
    probability of the class ``label``."""

    changes: tuple[Change, ...]
    answer: float
    label: str = ""


class Example(Record, frozen=True):
    """A row of the data (``row``, from 0, where it was given by a user): why it is shown, what was answered and what
    was true (None: not known), and the parts of the answer, largest first; parts that are 0 are left out.

    ``answer`` is the number, or the probability of the class ``label`` (of two classes the second, of more the one that
    is ``answered``); ``base`` (the mean answer of other rows) and the parts add up to it. ``instead`` is the nearest
    way to another answer."""

    kind: Literal["typical", "sure", "unsure", "wrong", "asked"]
    values: dict[str, Any]
    answer: float
    truth: Any
    base: float
    parts: tuple[Part, ...]
    label: str = ""
    answered: str = ""
    row: int | None = None
    instead: Counterfactual | None = None


class Explanation(Record, frozen=True):
    """Why the model answers what it answers, by ``rows`` of a table.

    Importances and examples of a run are of its models before rows that they did not learn from; effects and
    interactions are of the model that ships. ``answer`` is the class whose probability is explained ("" for a number);
    the effects of a model of many classes are of several. ``metric`` is "" where no truth is known."""

    rows: int
    metric: str
    answer: str = ""
    importances: tuple[Importance, ...] = ()
    effects: tuple[Effect, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    examples: tuple[Example, ...] = ()


class Bin(Record, frozen=True):
    """Rows with about the same promised value: their mean promise and what came true."""

    promised: float
    came: Range
    rows: int


class Calibration(Record, frozen=True):
    """Whether promises come true: of a class's probability (``answer``) or of a number. ``error`` is the mean distance
    between promise and outcome over the bins, weighted by rows."""

    bins: tuple[Bin, ...]
    error: float
    answer: str = ""


class Coverage(Record, frozen=True):
    """How often intervals (or label sets) that promise ``promised`` hold the truth, over all rows and, by name, over
    parts of them; and how wide they are on average (in the target's unit, or in labels)."""

    promised: float
    held: Range
    width: float
    parts: dict[str, Range] = {}  # noqa: RUF012


class Slice(Record, frozen=True):
    """Rows that one or two conditions pick out ("age: 18 to 25"), and the main metric there and on the others (or the
    ``metric`` that is named, where the main one can't be told of these rows).

    ``q`` is the p-value of the difference, corrected for all slices looked at."""

    where: tuple[str, ...]
    rows: int
    score: Range
    rest: float
    q: float
    sensitive: bool = False
    metric: str = ""


class Cutoff(Record, frozen=True):
    """A decision threshold for the second class and what it costs on average per row, by the costs that were named;
    what one half costs (``usual``), and what is ``saved``."""

    threshold: float
    cost: Range
    usual: float
    saved: Range


class Gap(Record, frozen=True):
    """By how much a rate differs between the groups of a column where it is least and most. ``rate`` is "answered" (the
    second class is the answer), "missed" (of the rows that are of it, it is not), "alarmed" (of the others, it is),
    "wrong" (the answer is, of several classes) or "error" (the mean of prediction minus truth). ``rates`` are those of
    all groups; ``q`` is the p-value of no difference, corrected for all gaps looked at."""

    column: str
    rate: str
    least: str
    most: str
    size: Range
    rates: dict[str, Range]
    q: float


class Mitigation(Record, frozen=True):
    """What would narrow the gap between the groups of a column, how much of it would be left, and what that does to a
    ``metric``. By ``thresholds``, one a group, each set where as many of the second class are missed as are among all
    rows; or, without them, by weights of the rows to learn from under which no group tells the class, measured on one
    of the best single trials. Nothing of it is applied."""

    column: str
    thresholds: dict[str, float]
    gap: float
    left: float
    metric: str
    now: float
    then: float


class Scrutiny(Record, frozen=True):
    """Where the model can be trusted: are its promises kept, where is it worst, whom does it treat badly.

    ``slices`` are the worst ones and, marked as such, the groups of sensitive columns, ``suspected`` those of the
    columns that nobody named. The findings' codes: uncalibrated, uneven-coverage, costs-cutoff, weak-slice,
    uneven-groups, unseen-groups."""

    calibration: tuple[Calibration, ...] = ()
    coverage: Coverage | None = None
    slices: tuple[Slice, ...] = ()
    cutoff: Cutoff | None = None
    gaps: tuple[Gap, ...] = ()
    mitigation: tuple[Mitigation, ...] = ()
    suspected: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class Rung(Record, frozen=True):
    """The main metric of the best single model when it learns from so many rows."""

    rows: int
    score: Range
    seen: float | None = None


class Growth(Record, frozen=True):
    """The learning curve: measured ``rungs``, fewest rows first, and those ``ahead``, which it was drawn on to.
    ``more`` rows than ``start`` would bring ``gain`` (above 0 is better, never less); ``falls`` says whether the rungs
    speak for any gain at all. ``latest``: in time order, the number of latest rows from which it learns better than
    from all (0: none)."""

    rungs: tuple[Rung, ...]
    ahead: tuple[Rung, ...]
    start: int
    more: int
    gain: Range
    falls: bool
    latest: int = 0


class Tried(Record, frozen=True):
    """A trial that the finding ``code`` prescribed: what it came to against the best one of the first round, out of
    fold (a gain of the main metric; above 0 is better), and the share of the ensemble that it got."""

    code: str
    trial: str
    gain: Range
    weight: float = 0.0


class Diagnosis(Record, frozen=True):
    """What keeps the model from being better, and what to try next.

    ``curve`` is measured, ``ahead`` the curve drawn on; a rung's ``seen`` is the metric on the rows learnt from.
    ``more`` rows would bring ``gain`` (above 0 is better). ``ceiling`` is what the best possible model could reach as
    far as equal and near rows can tell. ``suspects`` are rows whose label is doubted, weightiest first, by their place
    in the data from 0; none where the data was sampled. ``tried`` are the prescriptions that --iterate tried. The
    findings' codes: underfitting, overfitting, noise-ceiling, too-little-data, too-many-features, drift,
    unstable-selection, label-noise, unfit-metric, learning-curve, iterated; each ``remedy`` names the next thing to
    try."""

    curve: tuple[Rung, ...] = ()
    ahead: tuple[Rung, ...] = ()
    more: int = 0
    gain: Range | None = None
    ceiling: Range | None = None
    suspects: tuple[int, ...] = ()
    tried: tuple[Tried, ...] = ()
    findings: tuple[Finding, ...] = ()
