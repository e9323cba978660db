"""A sheet to draw on by hand: lines, dots and words as SVG that lies inside the page and takes its colours.

The report is drawn inside a run's budget, where loading Matplotlib alone would take longer than writing the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlwright.report.markdown import plain
from mlwright.report.markup import text

WIDTH = 320  # units; about a pixel each in a card of the page
# How wide letters are, about, in the widest of the fonts that pages are shown in.
_THIN, _SMALL, _LARGE, _BROAD = 5.0, 7.6, 8.9, 12.5


class Sheet:
    """What was drawn so far. Each thing has a class of the page's style: "b" for a bar, "a" for what stands out, "m"
    for what is said quietly, "l" for thin lines; "e" and "c" for words that end or are centred at their place."""

    def __init__(self, height: float) -> None:
        self._height = height
        self._parts: list[str] = []

    def text(self, x: float, y: float, said: object, css: str = "", room: float = WIDTH) -> None:
        """One line of words, cut where there is no ``room`` for more."""
        shown = text(fitted(said, room))
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}"{_class(css)}>{shown}</text>')

    def line(self, x: tuple[float, float], y: tuple[float, float], css: str = "l") -> None:
        """A straight line."""
        self._parts.append(f'<path d="M{x[0]:.1f} {y[0]:.1f}L{x[1]:.1f} {y[1]:.1f}"{_class(css)}/>')

    def path(self, points: Iterable[tuple[float, float]], css: str) -> None:
        """A line through points."""
        steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self._parts.append(f'<path d="M{steps}"{_class(css)}/>')

    def area(self, points: Iterable[tuple[float, float]], css: str) -> None:
        """What lies within points."""
        steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polygon points="{steps}"{_class(css)}/>')

    def rect(self, place: tuple[float, float], size: tuple[float, float], css: str) -> None:
        """A bar from its upper left corner."""
        (x, y), (wide, high) = place, size
        shape = f'x="{x:.1f}" y="{y:.1f}" width="{max(0.0, wide):.1f}" height="{max(0.0, high):.1f}"'
        self._parts.append(f'<rect {shape} rx="2"{_class(css)}/>')

    def dot(self, x: float, y: float, css: str) -> None:
        """A dot."""
        self._parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"{_class(css)}/>')

    def svg(self, alt: str) -> str:
        """The picture, with its alternative text."""
        box = f'viewBox="0 0 {WIDTH} {self._height:.0f}"'
        return f'<svg {box} role="img" aria-label="{text(alt, 700)}">{"".join(self._parts)}</svg>'


@dataclass(frozen=True)
class Scale:
    """From values between ``low`` and ``high`` to places between ``start`` and ``end``; what lies outside stays at the
    edge. ``log`` for values above 0 that span magnitudes."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        share = (at - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)


def around(values: Sequence[float], edge: float = 0.06) -> tuple[float, float]:
    """The lowest and the highest of values, and some air."""
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    air = edge * (high - low) or 0.1 * abs(high) or 1.0
    return low - air, high + air


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers between the two: so many that there are ``most`` steps or fewer."""
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return [low] if math.isfinite(low) else []
    size = 10.0 ** math.floor(math.log10(span / most))
    step = next((size * k for k in (1, 2, 5) if span / (size * k) <= most), size * 10)
    first = math.ceil(low / step - 1e-9)
    return [round(step * k, 12) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def short(said: object, most: int = 40) -> str:
    """Words cut to ``most`` letters."""
    return plain(said, most)


def width(said: str) -> float:
    """How wide words are, about."""
    return sum(map(_letter, said))


def _letter(c: str) -> float:
    if c in "iljtfrI.,:;'|!() -":
        return _THIN
    if c in "mwMW%@…" or ord(c) > 0x2E7F:
        return _BROAD
    return _LARGE if c.isupper() or c in "+−=<>" else _SMALL


def fitted(said: object, room: float) -> str:
    """Words as far as there is room for them."""
    line = plain(said)
    if width(line) <= room:
        return line
    most = next((place for place in range(len(line)) if width(line[: place + 1] + "…") > room), len(line))
    return plain(line, max(2, most + 1))


def _class(css: str) -> str:
    return f' class="{css}"' if css else ""
