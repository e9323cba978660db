"""The pictures of the explore page, drawn from records by Matplotlib (and seaborn) as SVG that lies inside the page.

A picture is 252 points wide, so that it can be read on a phone. Its colours are those of the page, by the names of the
page's style, so that one picture serves light, dark and paper.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mlwright.contracts.portrait import ColumnPortrait, Drift, Goal, Pattern, Portrait, Series, Slice, Trend
from mlwright.contracts.wording import compact, day, percent
from mlwright.report.markdown import plain
from mlwright.report.markup import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 3.5  # inches
_POINTS = 72
_LINE = 0.165  # inches that a labelled bar takes
_LABEL = 20  # letters of a label
_LETTER = 0.057  # inches of one, about
_EDGE = 0.04  # labels so near to an end lean inwards
_SURE = 30  # rows from which an interval counts for how wide a picture is
# Stand-ins that no picture uses otherwise; each becomes a colour of the page's style.
INK, MUTED, LINE, BAR, ACCENT = "#010203", "#010204", "#010205", "#010206", "#010207"
CLASSES = ("#010211", "#010212", "#010213", "#010214", "#010215")
_STYLE = {INK: "currentColor", MUTED: "var(--muted)", LINE: "var(--line)", BAR: "var(--bar)", ACCENT: "var(--accent)"}
_STYLE |= {colour: f"var(--c{place})" for place, colour in enumerate(CLASSES, 1)}
_HEAT = ((0.19, 0.45, 0.70), (0.80, 0.33, 0.20))  # together, against each other; how closely is how opaque
_DROPPED = re.compile(
    r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>", re.DOTALL
)
_IDS = re.compile(r' id="(?![a-z][0-9a-f]{10}")[^"]*"')  # but for what is referred to: clips and markers
_REFERRED = re.compile(r'(id="|#)([a-z][0-9a-f]{10})\b')
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "mlwright",
    "text.parse_math": False,
    "font.size": 7.0,
    "axes.unicode_minus": False,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "xtick.major.size": 2.0,
    "ytick.major.size": 0.0,
}


class Easel:
    """Draws one picture after the other for a page."""

    def __init__(self) -> None:
        self._drawn = 0

    def column(self, column: ColumnPortrait, goal: Goal | None) -> str:
        """A column's distribution and, with a goal, the goal in its parts; "" if there is nothing to draw."""
        parts = column.slices if goal is not None else ()
        if column.bars is not None:
            height = 0.85 + (_LINE * len(parts) + 0.35 if parts else 0.0)

            def draw(figure: Figure) -> None:
                top = _box(figure, (0.05, height - 0.62, WIDTH - 0.2, 0.56))
                _histogram(top, column)
                if parts and goal is not None:
                    _goal(figure, [part.name for part in parts], parts, goal, (0.2, _LINE * len(parts)))

            return self._svg(draw, height, _alt(column, goal))
        if column.kind in ("categorical", "ordinal", "boolean") and column.levels:
            return self._levels(column, parts, goal)
        return ""

    def _levels(self, column: ColumnPortrait, parts: Sequence[Slice], goal: Goal | None) -> str:
        rows = [(part.name, part.rows) for part in parts] or [(level.name, level.rows) for level in column.levels]
        rows += [("all others", column.others)] if column.others and not parts else []
        tall, bottom = _LINE * len(rows), 0.2 if parts else 0.05
        total = max(1, sum(count for _, count in rows))

        def draw(figure: Figure) -> None:
            axes = _listed(figure, [name for name, _ in rows], (bottom, tall), half=bool(parts))
            _shares(axes, [count / total for _, count in rows])
            if parts and goal is not None:
                _goal(figure, [""] * len(parts), parts, goal, (bottom, tall))

        return self._svg(draw, tall + bottom + 0.05, _alt(column, goal))

    def heat(self, portrait: Portrait) -> str:
        """The strengths between columns as a square."""
        names = [_short(name, 16) for name in portrait.named]
        size = 0.17 * len(names) + 1.0
        scale = min(WIDTH / size, 1.6)
        wide = size * scale

        def draw(figure: Figure) -> None:
            import numpy as np
            import seaborn as sns
            from matplotlib.colors import LinearSegmentedColormap

            together, against = _HEAT
            stops = [(*against, 1.0), (*against, 0.0), (*together, 0.0), (*together, 1.0)]
            colours = LinearSegmentedColormap.from_list(
                "heat", list(zip((0.0, 0.499999, 0.5, 1.0), stops, strict=True))
            )
            axes = _box(figure, (scale, scale, wide - scale - 0.02, wide - scale - 0.02))
            options = {"linewidths": 0.0, "cbar": False, "square": True, "xticklabels": names, "yticklabels": names}
            sns.heatmap(np.array(portrait.matrix), ax=axes, vmin=-1, vmax=1, cmap=colours, **options)
            axes.tick_params(length=0, labelsize=max(3.6, 7.0 * scale), pad=1.5)
            axes.tick_params(axis="x", rotation=90, colors=INK)
            axes.tick_params(axis="y", rotation=0)

        return self._svg(
            draw, wide, f"How closely {len(names)} columns go together, two by two; the table tells the strongest."
        )

    def gaps(self, portrait: Portrait, most: int) -> str:
        """The share that is missing, by column."""
        shown = portrait.gaps[:most]
        names, shares = [gap.column for gap in shown], [gap.missing / max(1, portrait.taken) for gap in shown]
        height = _LINE * len(shown) + 0.1

        def draw(figure: Figure) -> None:
            axes = _listed(figure, names, (0.05, _LINE * len(shown)))
            _shares(axes, shares)

        told = "; ".join(f"{plain(n, 40)} {percent(s)}" for n, s in zip(names[:5], shares, strict=False))
        return self._svg(draw, height, f"Missing by column: {told}")

    def patterns(self, patterns: Sequence[Pattern], names: Sequence[str]) -> str:
        """Which columns are missing together: a dot for each, a line for each combination."""
        height = _LINE * len(patterns) + 0.85

        def draw(figure: Figure) -> None:
            axes = _box(figure, (0.6, 0.05, WIDTH - 0.7, _LINE * len(patterns)))
            for row, pattern in enumerate(patterns):
                places = [names.index(name) for name in pattern.columns if name in names]
                axes.plot(places, [row] * len(places), color=ACCENT, marker="o", markersize=3.5, linewidth=1.2)
            axes.set_xlim(-0.5, len(names) - 0.5)
            axes.set_ylim(len(patterns) - 0.5, -0.5)
            axes.set_yticks(range(len(patterns)), [f"{pattern.rows:,} rows" for pattern in patterns])
            axes.set_xticks(range(len(names)), [_short(name, 14) for name in names], rotation=60, ha="left")
            axes.xaxis.tick_top()
            axes.tick_params(axis="x", length=0, pad=1, labelsize=6)
            axes.spines[:].set_visible(False)
            axes.grid(color=LINE, linewidth=0.4)
            axes.set_axisbelow(True)

        return self._svg(draw, height, "Which columns are missing in the same rows; the table tells the same.")

    def trend(self, trend: Trend, goal: Goal | None) -> str:
        """Rows by period and, below, the goal."""
        rows, told = [one.rows for one in trend.slices], goal is not None
        height = 1.0 + (0.85 if told else 0.0)

        def draw(figure: Figure) -> None:
            axes = _box(figure, (0.42, height - 0.72, WIDTH - 0.5, 0.55))
            axes.bar(range(len(rows)), rows, color=BAR, width=0.85)
            _timed(axes, "rows", [one.name for one in trend.slices], not told)
            if goal is not None:
                below = _box(figure, (0.42, 0.25, WIDTH - 0.5, 0.6))
                _line(below, trend.slices, goal)
                _timed(below, _goal_name(goal, 24), [one.name for one in trend.slices], True)

        return self._svg(draw, height, f"By {trend.period}: {' '.join(trend.story)}")

    def series(self, series: Series, trend: Trend) -> str:
        """The mean of a column by period."""

        def draw(figure: Figure) -> None:
            axes = _box(figure, (0.42, 0.25, WIDTH - 0.5, 0.6))
            values = [float("nan") if value is None else value for value in series.values]
            axes.plot(range(len(values)), values, color=ACCENT, linewidth=1.2, marker="o", markersize=1.8)
            _timed(axes, f"mean of {_short(series.column, 30)}", [one.name for one in trend.slices], True)

        return self._svg(draw, 1.05, f"The mean of {plain(series.column, 60)} by {trend.period}")

    def drift(self, drift: Drift) -> str:
        """A column in both tables: here filled, there a line (or the second bar)."""
        if drift.edges:
            height = 0.85

            def draw(figure: Figure) -> None:
                axes = _box(figure, (0.05, 0.23, WIDTH - 0.2, 0.58))
                axes.stairs(drift.before, drift.edges, fill=True, color=BAR)
                axes.stairs(drift.after, drift.edges, color=ACCENT, linewidth=1.3)
                _measured(axes, drift.edges, drift.log, drift.kind == "datetime")

        else:
            names, most = drift.names[:12], min(12, len(drift.names))
            height = 1.4 * _LINE * most + 0.1

            def draw(figure: Figure) -> None:
                axes = _listed(figure, names, (0.05, 1.4 * _LINE * most))
                axes.barh([p - 0.2 for p in range(most)], drift.before[:most], color=BAR, height=0.38)
                axes.barh([p + 0.2 for p in range(most)], drift.after[:most], color=ACCENT, height=0.38)
                axes.set_xticks([])

        return self._svg(draw, height, f"{plain(drift.column, 60)} here and there: {' '.join(drift.story)}")

    def _svg(self, draw: Callable[[Figure], None], height: float, alt: str) -> str:
        """What ``draw`` draws on a figure of that height (inches), as markup with its alternative text."""
        import matplotlib as mpl
        from matplotlib.figure import Figure

        with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
            # The page's reader has other fonts than this machine; that one here lacks a letter is no matter.
            warnings.simplefilter("ignore")
            figure = Figure(figsize=(WIDTH, height))
            figure.patch.set_alpha(0.0)
            draw(figure)
            buffer = io.StringIO()
            figure.savefig(buffer, format="svg", metadata={"Date": None})
        self._drawn += 1
        markup = _IDS.sub("", _DROPPED.sub("", buffer.getvalue()))
        markup = _REFERRED.sub(rf"\g<1>p{self._drawn}\g<2>", markup)  # an id is for one element of a whole page
        for colour, name in _STYLE.items():
            markup = markup.replace(colour, name)
        markup = re.sub(r"'DejaVu Sans'[^;\"]*", "system-ui, sans-serif", markup)
        markup = re.sub(r"\s*\n\s*", " ", markup)
        shown = text(alt, 500)
        size = f'viewBox="0 0 {WIDTH * _POINTS:g} {height * _POINTS:g}" role="img" aria-label="{shown}"'
        _, _, content = markup.partition("<svg")
        return f"<svg {size}><title>{shown}</title>{content.partition('>')[2]}".strip()


def _box(figure: Figure, place: tuple[float, float, float, float]) -> Axes:
    """Axes at ``place`` (left, bottom, width, height, in inches)."""
    wide, high = figure.get_size_inches()
    left, bottom, width, height = place
    axes = figure.add_axes((left / wide, bottom / high, width / wide, height / high))
    axes.patch.set_alpha(0.0)
    return axes


def _listed(figure: Figure, names: Sequence[str], place: tuple[float, float], half: bool = False) -> Axes:
    """Axes with a line for each name, from the top, that leave the right part free if only ``half`` is wanted; without
    names, in that right part. ``place`` is the bottom and the height in inches."""
    labels = [_short(name, _LABEL) for name in names]
    left = 0.1 + _LETTER * max(map(len, labels), default=0)
    wide = 1.1 if half else WIDTH - left - 0.05
    if not any(labels):
        left, wide = WIDTH - 1.2, 1.1
    axes = _box(figure, (left, place[0], wide, place[1]))
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    for row, label in enumerate(labels):  # a text is quicker than a tick
        axes.text(-0.03 / wide, row, label, ha="right", va="center", transform=axes.get_yaxis_transform())
    axes.spines["bottom"].set_visible(False)
    return axes


def _histogram(axes: Axes, column: ColumnPortrait) -> None:
    bars = column.bars
    if bars is None:
        return
    axes.stairs(bars.counts, bars.edges, fill=True, color=BAR)
    _measured(axes, bars.edges, bars.log, column.kind == "datetime")


def _measured(axes: Axes, edges: Sequence[float], log: bool, dates: bool) -> None:
    """The scale below a distribution: a few values as people say them."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

    low, high = edges[0], edges[-1]
    axes.set_yticks([])
    if log:
        axes.set_xscale("log")
    axes.set_xlim(low, high)
    ticks = [low, (low + high) / 2, high] if dates else []
    if not dates:
        whole = low % 1 == 0.5 and edges[1] - low == 1.0  # a bar for each whole number
        locator = LogLocator(numticks=4) if log else MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], integer=whole)
        ticks = [tick for tick in locator.tick_values(low, high) if low <= tick <= high]
    axes.xaxis.set_minor_locator(NullLocator())
    labels = [day(86_400 * round(tick / 86_400)) if dates else compact(float(tick)) for tick in ticks]
    axes.set_xticks(ticks, labels)
    corners = axes.transData.transform([(tick, 0.0) for tick in (low, high, *ticks)])[:, 0]
    places = (corners[2:] - corners[0]) / (corners[1] - corners[0])
    for place, label in zip(places, axes.get_xticklabels(), strict=True):
        label.set_horizontalalignment("left" if place < _EDGE else "right" if place > 1 - _EDGE else "center")


def _shares(axes: Axes, shares: Sequence[float]) -> None:
    """A bar for each share, and the share in words behind it."""
    axes.barh(range(len(shares)), shares, color=BAR, height=0.72)
    for place, share in enumerate(shares):
        axes.text(share, place, f" {percent(share)}", va="center", fontsize=6.5, color=MUTED)
    axes.set_xlim(0, 1.3 * max(shares, default=1.0) or 1.0)
    axes.set_xticks([])


def _goal(figure: Figure, names: Sequence[str], parts: Sequence[Slice], goal: Goal, place: tuple[float, float]) -> None:
    """The goal in each part: a share or mean with its interval, or the shares of several classes side by side."""
    axes = _listed(figure, names, place)
    places = range(len(parts))
    if goal.task == "multiclass":
        start = [0.0] * len(parts)
        for at, colour in enumerate(CLASSES[: len(goal.classes)]):
            shares = [part.values[at] for part in parts]
            axes.barh(places, shares, left=start, color=colour, height=0.72)
            start = [a + b for a, b in zip(start, shares, strict=True)]
        axes.set_xlim(0, 1)
    else:
        values = [part.values[0] for part in parts]
        axes.axvline(goal.values[0], color=MUTED, linewidth=0.6, linestyle=(0, (3, 2)))
        axes.hlines(places, [part.low for part in parts], [part.high for part in parts], color=ACCENT, linewidth=1.6)
        axes.plot(values, places, "o", color=ACCENT, markersize=3.2)
        sure = [part for part in parts if part.rows >= _SURE] or parts
        low = min(goal.values[0], *values, *(part.low for part in sure))
        high = max(goal.values[0], *values, *(part.high for part in sure))
        edge = 0.06 * (high - low or 1.0)
        axes.set_xlim(low - edge, high + edge)
        axes.hlines(places, 0, 1, color=LINE, linewidth=0.4, zorder=0, transform=axes.get_yaxis_transform())
    _few_ticks(axes, goal)


def _few_ticks(axes: Axes, goal: Goal) -> None:
    from matplotlib.ticker import MaxNLocator

    low, high = axes.get_xlim()
    ticks = [float(tick) for tick in MaxNLocator(3).tick_values(low, high) if low <= tick <= high]
    word = compact if goal.task == "regression" else percent
    axes.set_xticks(ticks, [word(tick) for tick in ticks])
    axes.spines["bottom"].set_visible(True)


def _line(axes: Axes, slices: Sequence[Slice], goal: Goal) -> None:
    there = [(place, one) for place, one in enumerate(slices) if one.values]
    places = [place for place, _ in there]
    if goal.task == "multiclass":
        for at, colour in enumerate(CLASSES[: len(goal.classes)]):
            axes.plot(places, [one.values[at] for _, one in there], color=colour, linewidth=1.2)
        return
    values = [one.values[0] for _, one in there]
    axes.fill_between(
        places, [o.low for _, o in there], [o.high for _, o in there], color=ACCENT, alpha=0.2, linewidth=0
    )
    axes.plot(places, values, color=ACCENT, linewidth=1.2, marker="o", markersize=1.8)
    edge = 0.3 * (max(values) - min(values) or 1.0)
    axes.set_ylim(min(values) - edge, max(values) + edge)


def _timed(axes: Axes, title: str, names: Sequence[str], labelled: bool) -> None:
    """A title, a few values at the side, and the first, middle and last period below."""
    from matplotlib.ticker import MaxNLocator

    axes.set_title(title, fontsize=7, loc="left", pad=2, color=MUTED)
    axes.set_xlim(-0.6, len(names) - 0.4)
    low, high = axes.get_ylim()
    ticks = [float(tick) for tick in MaxNLocator(3).tick_values(low, high) if low <= tick <= high]
    axes.set_yticks(ticks, [compact(tick) for tick in ticks])
    axes.tick_params(axis="y", colors=MUTED)
    axes.grid(axis="y", color=LINE, linewidth=0.4)
    axes.set_axisbelow(True)
    places = sorted({0, (len(names) - 1) // 2, len(names) - 1})
    axes.set_xticks(places, [names[place] for place in places] if labelled else [""] * len(places))


def _goal_name(goal: Goal, longest: int) -> str:
    if goal.task == "regression":
        return f"mean of {_short(goal.name, longest)}"
    return f"share of {_short(goal.classes[0], longest)}" if goal.task == "binary" else "shares of the classes"


def _alt(column: ColumnPortrait, goal: Goal | None) -> str:
    shown = "Distribution" if goal is None or not column.slices else "Distribution and target by value"
    return f"{shown} of {plain(column.name, 60)}. {' '.join(column.story)}"


def _short(name: str, longest: int) -> str:
    return plain(name, longest)
