"""What a column is, in one to four plain sentences."""

from __future__ import annotations

from mlwright.contracts.portrait import Association, ColumnPortrait, Gap, Goal, Slice
from mlwright.contracts.records import ColumnKind, Meaning
from mlwright.contracts.wording import counted, day, percent, spoken, teller

CERTAIN = 0.01  # q below which something is said to differ
_STRENGTHS = ((0.7, "very closely"), (0.4, "closely"), (0.2, "somewhat"), (0.1, "weakly"))
_NAME = 60
_FAR = 10
_SKEWED, _MOSTLY, _FEW = 2.0, 0.9, 0.01
_KINDS: dict[ColumnKind, str] = {
    "numeric": "Numbers",
    "boolean": "Yes or no",
    "datetime": "Dates",
    "categorical": "Categories",
    "ordinal": "Ordered categories",
    "text": "Text",
    "list": "Lists",
    "identifier": "A key",
    "constant": "One value only",
}
_MEANINGS: dict[Meaning, str] = {
    "money": "Money",
    "percentage": "Percentages",
    "duration": "Durations",
    "quantity": "Quantities",
    "year": "Years",
    "epoch": "Moments written as numbers",
    "key": "A key",
    "running-number": "A running number",
}


def story(column: ColumnPortrait, gap: Gap | None, goal: Goal | None) -> tuple[str, ...]:
    """The sentences: what it is, what is missing, and how it goes with the goal."""
    said = [_what(column)]
    if column.missing:
        said.append(_missing(column, gap, goal))
    if goal is not None and column.association is not None and column.name != goal.name:
        said.append(_toward(column, column.association, goal))
    return tuple(sentence for sentence in said if sentence)


def strength(value: float) -> str:
    """In words: very closely, closely, somewhat, weakly, hardly."""
    return next((word for least, word in _STRENGTHS if value >= least), "hardly")


def _what(column: ColumnPortrait) -> str:
    what = _MEANINGS.get(column.meaning, _KINDS[column.kind])
    unit = f" in {column.unit}" if column.unit else ""
    if column.kind == "constant":
        return "Every row has the same value: nothing can be learnt from it."
    if column.kind == "identifier":
        return (
            f"{what}: {counted(column.unique, 'different value')}. It tells rows apart and says nothing about new ones."
        )
    if column.kind == "datetime" and column.numbers is not None:
        low, middle, high = column.numbers.low, column.numbers.quantiles[2], column.numbers.high
        return f"{what} from {day(low)} to {day(high)}, half of them before {day(middle)}."
    if column.kind in ("text", "list") and column.numbers is not None:
        unit = "letters" if column.kind == "text" else "items"
        cuts = column.numbers.quantiles
        different = counted(column.unique, "different one")
        return f"{what} of mostly {spoken(cuts[0])} to {spoken(cuts[4])} {unit}; {different}."
    if column.numbers is not None:
        return _numbers(column, f"{what}{unit}")
    return _levels(column, what)


def _numbers(column: ColumnPortrait, what: str) -> str:
    found = column.numbers
    if found is None:
        return what
    present = max(1, column.rows - column.missing)
    cuts, word = found.quantiles, teller(column.kind, column.meaning)
    said = f"{what} from {word(found.low)} to {word(found.high)}, half of them {_between(word(cuts[1]), word(cuts[3]))}"
    if found.zeros / present >= 0.2:
        said += f"; {percent(found.zeros / present)} are 0"
    if abs(found.skew) > _SKEWED:
        said += f"; a long tail of {'large' if found.skew > 0 else 'small'} ones"
    if found.infinite:
        said += f"; {counted(found.infinite, 'infinite value')}"
    return said + "."


def _between(low: str, high: str) -> str:
    return f"at {low}" if low == high else f"between {low} and {high}"


def _levels(column: ColumnPortrait, what: str) -> str:
    if not column.levels:
        return f"{what}."
    present = max(1, column.rows - column.missing)
    top = max(column.levels, key=lambda level: level.rows)
    share = top.rows / present
    said = f"{counted(column.unique, 'different value')}; the most frequent is {_cut(top.name)!r} ({percent(share)})"
    if share >= _MOSTLY:
        said = f"Nearly always {_cut(top.name)!r} ({percent(share)}); {counted(column.unique, 'different value')}"
    if column.kind == "boolean":
        said = f"{what}: {percent(share)} are {_cut(top.name)!r}"
    return said + "."


def _missing(column: ColumnPortrait, gap: Gap | None, goal: Goal | None) -> str:
    share = percent(column.missing / max(1, column.rows))
    said = f"{share[0].upper()}{share[1:]} missing"
    if goal is None or gap is None or gap.where_missing is None or gap.where_present is None or gap.q >= CERTAIN:
        return said + (", no more often for one outcome than for another." if gap and gap.where_missing else ".")
    return f"{said}, and where it is missing {versus(goal, gap.where_missing, gap.where_present)}."


def versus(goal: Goal, here: Slice, there: Slice) -> str:
    """The goal in one part of the rows against another: ``"'Churn' is 'Yes' 2 times as often (52% against
    26%)"``."""
    a, b = here.values[0], there.values[0]
    if goal.task == "regression":
        return f"the mean of {goal.said} is {spoken(a)} against {spoken(b)}"
    shares = f"({percent(a)} against {percent(b)})"
    if min(a, b) > 0 and _FAR > max(a, b) / min(a, b) >= 1.1:
        return f"{goal.said} {a / b:.2g} times as often {shares}"
    far = "far " if max(a, b) >= _FAR * min(a, b) else ""
    return f"{goal.said} {far}{'more' if a > b else 'less'} often {shares}"


def _toward(column: ColumnPortrait, found: Association, goal: Goal) -> str:
    if found.q >= CERTAIN or found.strength < _FEW:
        return "On its own it says nothing certain about the target."
    if found.strength < _STRENGTHS[-1][0]:
        return "On its own it says hardly anything about the target."
    said = f"It goes {strength(found.strength)} with the target"
    full = [one for one in column.slices if one.rows >= 30 and one.name != "missing"]
    if len(full) < 2:
        return said + "."
    low, high = min(full, key=lambda one: one.values[0]), max(full, key=lambda one: one.values[0])
    word = spoken if goal.task == "regression" else percent
    what = f"the mean of {goal.said} is" if goal.task == "regression" else f"{goal.said} in"
    shape = "; it is no straight rise or fall" if found.bent else ""
    where = f"{word(low.values[0])} at {_cut(low.name)}, {word(high.values[0])} at {_cut(high.name)}"
    return f"{said}: {what} {where}{shape}."


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else name[: _NAME - 1] + "…"
