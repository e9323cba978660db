"""The parts of the explore page on missing values, time, groups and a second table."""

from __future__ import annotations

from mlwright.contracts.portrait import Drift, Gap, Goal, OddCell, Pattern, Portrait, Slice
from mlwright.contracts.wording import counted, percent, spoken
from mlwright.report.markup import meter, name, table, text
from mlwright.report.pictures import Easel

GAPS, DOTS, PATTERNS = 20, 12, 10
DRIFTS = 40

Part = tuple[str, str, str]


def gaps(portrait: Portrait, easel: Easel) -> Part:
    """Which columns miss values, which miss them together, and what that says about the target."""
    title = "What is missing"
    if not portrait.gaps:
        return "missing", title, "<p>No cell is empty.</p>"
    told = portrait.goal is not None
    head = ["column", "#missing rows", *(["target where missing", "and where not", "by chance"] if told else [])]
    rows = [_gap_row(gap, portrait.goal) for gap in portrait.gaps[:GAPS]]
    caption = "The share of rows in which a column is empty."
    pictures = f"<figure>{easel.gaps(portrait, GAPS)}<figcaption>{caption}</figcaption></figure>"
    pictures += _patterns(portrait.patterns[:PATTERNS], easel)
    more = (
        f'<p class="small">{len(portrait.gaps) - GAPS:,} more columns miss values.</p>'
        if len(portrait.gaps) > GAPS
        else ""
    )
    return "missing", title, f'<div class="cards">{pictures}</div><br>{table(head, rows)}{more}'


def _gap_row(gap: Gap, goal: Goal | None) -> list[str]:
    row = [name(gap.column, 40), f"{gap.missing:,}"]
    if goal is None:
        return row
    if gap.where_missing is None or gap.where_present is None:
        return [*row, "", "", ""]
    chance = "practically never" if gap.q < 1e-6 else f"q = {gap.q:.2g}"
    return [*row, _value(gap.where_missing, goal), _value(gap.where_present, goal), chance]


def _value(part: Slice, goal: Goal) -> str:
    if goal.task == "regression":
        return spoken(part.values[0])
    return f"{percent(part.values[0])} {name(goal.classes[0], 24)}"


def _patterns(patterns: tuple[Pattern, ...], easel: Easel) -> str:
    together = [pattern for pattern in patterns if len(pattern.columns) > 1]
    if not together:
        return ""
    names = list(dict.fromkeys(column for pattern in patterns for column in pattern.columns))[:DOTS]
    picture = easel.patterns([pattern for pattern in patterns if set(pattern.columns) & set(names)], names)
    most = max(together, key=lambda pattern: pattern.rows)
    said = ", ".join(name(column, 30) for column in most.columns[:6]) + (", …" if len(most.columns) > 6 else "")
    note = f"Empty in the same rows. The most often together: {said} ({counted(most.rows, 'row')})."
    return f"<figure>{picture}<figcaption>{note}</figcaption></figure>"


def time(portrait: Portrait, easel: Easel) -> Part:
    """What changes with time."""
    content = ""
    for trend in portrait.trends:
        figures = f"<figure>{easel.trend(trend, portrait.goal)}</figure>"
        figures += "".join(f"<figure>{easel.series(series, trend)}</figure>" for series in trend.means)
        content += f"<h3>By {name(trend.column)}</h3><p>{text(' '.join(trend.story), 600)}</p>"
        content += f'<div class="cards">{figures}</div>'
    return "time", "What changes with time", content


def balance(portrait: Portrait) -> Part:
    """How the rows are spread over groups."""
    title, goal = "Who is in it", portrait.goal
    if not portrait.balance:
        return "groups", title, ""
    head = ["column", "#groups", "largest", "smallest", *(["target differs"] if goal else [])]
    rows = []
    for one in portrait.balance:
        total = max(1, next(c.rows - c.missing for c in portrait.columns if c.name == one.column))
        thin = f' <span class="small">({counted(one.thin, "group")} under 30 rows)</span>' if one.thin else ""
        row = [
            name(one.column, 40),
            f"{one.groups}",
            meter(one.largest.rows / total, f"{name(one.largest.name, 30)} {percent(one.largest.rows / total)}"),
            f"{name(one.smallest.name, 30)} {percent(one.smallest.rows / total)}{thin}",
        ]
        if goal is not None:
            row.append(_differs(one.least, one.most, goal))
        rows.append(row)
    said = "A model knows little of groups with few rows, and may do worse for them."
    return "groups", title, f"<p>{said}</p>{table(head, rows)}"


def _differs(least: Slice | None, most: Slice | None, goal: Goal) -> str:
    if least is None or most is None:
        return '<span class="small">no sign of it</span>'
    return f"{_value(least, goal)} for {name(least.name, 30)}, {_value(most, goal)} for {name(most.name, 30)}"


def odd(portrait: Portrait) -> Part:
    """Rows that stand apart from all others, each by its rarest cells."""
    if not portrait.odd:
        return "odd", "Odd rows", ""
    said = f"{counted(portrait.apart, 'row')} {'stands' if portrait.apart == 1 else 'stand'} apart from all others. "
    said += "Odd rows may be mistakes, or what matters most; they are learnt from like any other."
    whole = portrait.taken == portrait.rows
    rows = [
        [*([f"{one.row:,}"] if whole else []), "<br>".join(_cell(cell) for cell in one.cells)] for one in portrait.odd
    ]
    return "odd", "Odd rows", f"<p>{said}</p>{table([*(['#row, from 0'] if whole else []), 'what is rare'], rows)}"


def _cell(cell: OddCell) -> str:
    value = "missing" if cell.side == "missing" else f"<b>{name(cell.value)}</b>"
    side = f" that {cell.side}" if cell.side in ("low", "high") else ""
    return f'{name(cell.column, 40)} {value} <span class="small">{percent(cell.share)} of the rows{side}</span>'


def compared(portrait: Portrait, easel: Easel) -> Part:
    """The second table beside the first."""
    other = portrait.comparison
    if other is None:
        return "compared", "", ""
    counts = {
        change: sum(one.change == change for one in other.drifts) for change in ("moved a lot", "moved", "steady")
    }
    said = (
        f"<p>Here are {portrait.taken:,} rows, there ({name(other.name, 80)}) {other.rows:,}. Of "
        f"{counted(len(other.drifts), 'column')} that both have, {counts['moved a lot']} moved a lot, "
        f"{counts['moved']} moved and {counts['steady']} are steady.</p>"
    )
    for names, what in ((other.removed, "Only here"), (other.added, "Only there")):
        if names:
            said += (
                f"<p><b>{what}:</b> {', '.join(name(n, 40) for n in names[:30])}{', …' if len(names) > 30 else ''}</p>"
            )
    head = ["column", "change", "#index", "#missing here", "#missing there", "by chance"]
    rows = [_drift_row(one) for one in other.drifts[:200]]
    boxes = ('<i style="background:var(--bar)"></i>', '<i style="background:var(--accent)"></i>')
    key = f'<p class="small key">{boxes[0]}here{boxes[1]}there</p>'
    cards = "".join(_drift_card(one, easel) for one in other.drifts[:DRIFTS] if one.change != "steady")
    note = (
        '<p class="small">The index is the population stability index, less what chance brings: 0.1 and more is taken '
        "for a move, 0.25 and more for a large one.</p>"
    )
    return (
        "compared",
        "Here and there",
        said + table(head, rows) + note + (f'{key}<div class="cards">{cards}</div>' if cards else ""),
    )


def _drift_row(one: Drift) -> list[str]:
    chance = "practically never" if one.q < 1e-6 else f"q = {one.q:.2g}"
    change = f"<b>{one.change}</b>" if one.change != "steady" else "steady"
    return [name(one.column, 40), change, f"{one.index:.2f}", *(percent(share) for share in one.missing), chance]


def _drift_card(one: Drift, easel: Easel) -> str:
    picture = easel.drift(one) if one.before else ""
    return (
        f'<div class="card"><h3>{name(one.column, 80)}</h3> <span class="small">{one.change}</span>'
        f"<p>{text(' '.join(one.story), 900)}</p>{picture}</div>"
    )
