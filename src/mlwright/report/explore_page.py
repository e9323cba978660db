"""The explore page: one HTML file that needs nothing else, written from a Portrait alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlwright.contracts.portrait import Advice, Association, ColumnPortrait, Portrait
from mlwright.contracts.records import ColumnKind
from mlwright.contracts.wording import counted, percent, spoken, teller
from mlwright.report.explore_parts import balance, compared, gaps, odd, time
from mlwright.report.markdown import plain
from mlwright.report.markup import meter, name, table, text
from mlwright.report.page_style import SCRIPT, STYLE
from mlwright.report.pictures import CLASSES, Easel
from mlwright.report.sparks import of_column

MARK = b'<meta name="generator" content="mlwright explore">'
OPEN = 40  # with so many columns or fewer, every card is open
MOST_CARDS = 200
_FIRST = 6
CERTAIN = 0.01  # q from which on nothing is said to go together
_PAIRS = 25
_WIDE = 40  # columns of the first rows
KINDS: dict[ColumnKind, str] = {
    "numeric": "numbers",
    "boolean": "yes/no",
    "datetime": "dates",
    "categorical": "categories",
    "ordinal": "ordered",
    "text": "text",
    "list": "lists",
    "identifier": "key",
    "constant": "one value",
}

Part = tuple[str, str, str]  # anchor, title, content


def page(portrait: Portrait) -> str:
    """The page, the same text for the same portrait."""
    easel = Easel()
    makers: tuple[Callable[[Portrait, Easel], Part], ...] = (
        _next,
        compared,
        _overview,
        _columns,
        _together,
        gaps,
        time,
    )
    made = (*(make(portrait, easel) for make in makers), balance(portrait), odd(portrait), _first(portrait))
    parts = [part for part in made if part[2]]
    links = "".join(f'<a href="#{anchor}">{title}</a>' for anchor, title, _ in parts)
    body = "".join(f'<section id="{anchor}"><h2>{title}</h2>{content}</section>' for anchor, title, content in parts)
    title = text(portrait.name, 120)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{MARK.decode()}'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}, explored</title><style>{STYLE}</style></head>\n"
        f"<body><header><h1>{name(_base(portrait.name), 120)}</h1>{_opening(portrait)}</header>"
        f"<nav aria-label='Parts of this page'><div>{links}</div></nav>\n<main>{body}</main>"
        f"<footer>{_method(portrait)}</footer><script>{SCRIPT}</script></body></html>\n"
    )


def _base(path: str) -> str:
    return plain(path.rstrip("/").rpartition("/")[2] or path, 120)


def _opening(portrait: Portrait) -> str:
    said = f"{counted(portrait.rows, 'row')} and {counted(len(portrait.columns), 'column')}."
    if portrait.taken < portrait.rows:
        said += f" Looked at: {portrait.taken:,} of these rows, drawn by chance."
    goal = portrait.goal
    if goal is None:
        return f"<p>{said}</p>{_facts(portrait)}"
    if goal.task == "regression":
        said += f" To be predicted: {name(goal.name)}, {spoken(goal.values[0])} on average."
    else:
        shares = ", ".join(f"{name(c, 40)} in {percent(v)}" for c, v in zip(goal.classes, goal.values, strict=True))
        said += f" To be predicted: {name(goal.name)} ({shares} of the rows)."
    return f"<p>{said}</p>{_facts(portrait)}"


def _facts(portrait: Portrait) -> str:
    kinds: dict[str, int] = {}
    for column in portrait.columns:
        kinds[KINDS[column.kind]] = kinds.get(KINDS[column.kind], 0) + 1
    cells = max(1, portrait.taken * len(portrait.columns))
    missing = sum(column.missing for column in portrait.columns)
    shown = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items(), key=lambda pair: -pair[1]))
    facts = (
        (f"{portrait.rows:,}", "rows"),
        (f"{len(portrait.columns):,}", f"columns: {shown}"),
        (percent(missing / cells), f"of the cells are empty, in {counted(len(portrait.gaps), 'column')}"),
        (f"{portrait.duplicates:,}", "rows repeat an earlier one"),
    )
    return '<div class="facts">' + "".join(f"<div><b>{a}</b><span>{b}</span></div>" for a, b in facts) + "</div>"


def _next(portrait: Portrait, easel: Easel) -> Part:
    shown, rest = portrait.advice[:_FIRST], portrait.advice[_FIRST:]
    content = f'<ol class="next">{"".join(map(_advice, shown))}</ol>'
    if rest:
        more = f'<ol class="next" style="counter-reset:n {_FIRST}">{"".join(map(_advice, rest))}</ol>'
        content += f"<details><summary>{len(rest)} more</summary>{more}</details>"
    return "next", "What to do next", content


def _advice(one: Advice) -> str:
    tag = {"severe": '<span class="tag">severe</span>', "warning": '<span class="tag">look</span>', "info": ""}
    how = f"<code>{text(one.how, 400)}</code>" if one.how.startswith(("mlwright ", "mlwright.")) else text(one.how, 400)
    why = f" {text(one.why, 400)}" if one.why else ""
    return f'<li class="{one.severity}">{tag[one.severity]}<b>{text(one.what, 600)}</b>{why} {how}</li>'


def _overview(portrait: Portrait, easel: Easel) -> Part:
    told = portrait.goal is not None
    head = ["column", "is", "#missing", "~#different", "~shape"]
    head += ["target"] if told else []
    rows = []
    for place, column in enumerate(portrait.columns[:MOST_CARDS]):
        missing = percent(column.missing / max(1, column.rows)).replace("under ", "&lt;") if column.missing else ""
        link = f'<a href="#c{place}">{name(column.name, 40)}</a>'
        shape = f'<span class="spark">{text(of_column(column))}</span>'
        row = [link, KINDS[column.kind], missing, f"{column.unique:,}", shape]
        rows.append(row + ([_closeness(column.association)] if told else []))
    return "overview", "All columns", _more(portrait) + table(head, rows)


def _more(portrait: Portrait) -> str:
    hidden = len(portrait.columns) - MOST_CARDS
    return f"<p>The first {MOST_CARDS} columns; {hidden:,} more are in the JSON answer.</p>" if hidden > 0 else ""


def _closeness(found: Association | None) -> str:
    if found is None:
        return ""
    if found.q >= CERTAIN:
        return '<span class="small">no sign</span>'
    return f'<span class="line">{meter(found.strength, f"{found.strength:.2f}")}</span>'


def _columns(portrait: Portrait, easel: Easel) -> Part:
    cards = "".join(_card(place, column, portrait, easel) for place, column in enumerate(portrait.columns[:MOST_CARDS]))
    find = '<input class="script" type="search" id="find" placeholder="Find a column" aria-label="Find a column">'
    return "columns", "Each column", f'{_key(portrait)}{find}<div class="cards">{cards}</div>'


def _key(portrait: Portrait) -> str:
    goal = portrait.goal
    if goal is None:
        return ""
    if goal.task == "multiclass":
        keys = "".join(
            f'<i style="background:var(--c{n})"></i>{name(c, 40)}'
            for n, c in enumerate(goal.classes[: len(CLASSES)], 1)
        )
        return f'<p class="small key">Below each distribution, the share of the classes by value:{keys}.</p>'
    what = f"the mean of {text(goal.said)}" if goal.task == "regression" else f"how often {text(goal.said)}"
    return f'<p class="small">The dots are {what} by value, with 95% intervals; the dashed line is all rows.</p>'


def _card(place: int, column: ColumnPortrait, portrait: Portrait, easel: Easel) -> str:
    target = portrait.goal is not None and column.name == portrait.goal.name
    kind = "what is predicted" if target else KINDS[column.kind]
    head = f'<h3>{name(column.name, 80)}</h3> <span class="small">{kind}</span>'
    told = f"<p>{text(' '.join(column.story), 900)}</p>"
    opened = " open" if len(portrait.columns) <= OPEN else ""
    known = text(plain(column.name).lower())
    inside = told + easel.column(column, None if target else portrait.goal) + "".join(_details(column))
    folded = f"<details{opened}><summary>{head}</summary>{inside}</details>"
    return f'<div class="card" id="c{place}" data-name="{known}">{folded}</div>'


def _details(column: ColumnPortrait) -> Iterator[str]:
    numbers = column.numbers
    if column.kind in ("text", "list"):
        words = ", ".join(f"{name(level.name, 30)} ({level.rows:,})" for level in column.levels)
        if words:
            yield f'<p class="small">Most frequent: {words}.</p>'
        yield from (f'<p class="small">“{name(example, 120)}”</p>' for example in column.examples)
        return
    if column.kind in ("identifier", "constant") and column.examples:
        yield f'<p class="small">For example {name(column.examples[0], 60)}.</p>'
    if numbers is None or column.kind == "datetime":
        return
    cuts, word = numbers.quantiles, teller(column.kind, column.meaning)
    facts = [f"mean {word(numbers.mean)}", f"deviation {spoken(numbers.deviation)}"]
    facts += [f"90% of them between {word(cuts[0])} and {word(cuts[4])}", f"middle {word(cuts[2])}"]
    facts += [f"{numbers.negative:,} below 0"] if numbers.negative else []
    beyond = (column.bars.below + column.bars.above) if column.bars else 0
    facts += [f"{beyond:,} lie outside the picture"] if beyond else []
    yield f'<p class="small">{"; ".join(facts)}.</p>'


def _together(portrait: Portrait, easel: Easel) -> Part:
    if not portrait.pairs:
        return "together", "What goes together", ""
    shown = [pair for pair in portrait.pairs if pair.q < CERTAIN][:_PAIRS]
    rows = [
        [name(p.left, 40), name(p.right, 40), meter(p.strength, f"{p.strength:.2f}"), _way(p), _chance(p.q)]
        for p in shown
    ]
    picture = ""
    if len(portrait.named) > 2:
        note = "The stronger the colour, the closer: blue together, red one rising as the other falls."
        picture = f'<figure class="wide">{easel.heat(portrait)}<figcaption>{note}</figcaption></figure>'
    said = (
        f"{counted(portrait.tests, 'pair')} of columns were set against each other on {portrait.sample:,} rows; "
        "0 is no relation, 1 is that one follows from the other."
    )
    head = ["column", "and column", "how closely", "~how measured", "by chance"]
    pairs = f"<h3>The closest pairs</h3>{table(head, rows)}" if rows else "<p>No two columns go together.</p>"
    return "together", "What goes together", f"<p>{said}</p>{picture}{pairs}"


def _way(pair: Association) -> str:
    falls = ", one falls as the other rises" if pair.sign < 0 else ""
    return f'<span class="small">{text(pair.method)}{falls}</span>'


def _chance(q: float) -> str:
    return "practically never" if q < 1e-6 else f"q = {q:.2g}"


def _first(portrait: Portrait) -> Part:
    rows = [[text(cell, 60) for cell in row[:_WIDE]] for row in portrait.first]
    names = [f"<span>{name(column, 30)}</span>" for column in portrait.shown[:_WIDE]]  # a name may begin with "#"
    rest = len(portrait.shown) - len(names)
    more = f'<p class="small">{counted(rest, "more column")} left out here.</p>' if rest > 0 else ""
    return "rows", "The first rows", table(names, rows) + more if rows and names else ""


def _method(portrait: Portrait) -> str:
    origin = portrait.origin
    read = f" Read {text(origin.read)}." if origin is not None and origin.read else ""
    query = f" Query: <code>{text(origin.query, 300)}</code>." if origin is not None and origin.query else ""
    return (
        f"<p>Written by mlwright explore from {name(portrait.name, 200)}.{read}{query}</p>"
        f"<p>Distributions are of {portrait.taken:,} rows; relations and tests are of {portrait.sample:,} of them. "
        "How closely columns go together is measured as suits their types: Spearman’s rank correlation, the ranks’ "
        "correlation ratio (Kruskal-Wallis), Cramér’s V without its bias; all lie between 0 and 1. “By chance” is the "
        "p-value, corrected for the number of tests (Benjamini and Hochberg). Intervals are of 95%. A relation is no "
        "proof of a cause.</p>"
    )
