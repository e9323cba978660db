"""The report's pictures: in their frame whatever the numbers are, further means more, and round marks at the side."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.insight import Bin, Calibration, Effect, Importance, Point, Range, Rung
from mlwright.report import charts
from mlwright.report.sheet import WIDTH, Scale, ticks

NUMBERS = st.floats(-1e100, 1e100, allow_nan=False)
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=6)


def rows(found):
    return [charts.Row(f"row {i}", sorted(three)[1], min(three), max(three), "said") for i, three in enumerate(found)]


def places(svg):
    """Every x and y of lines, dots, bars and words, and the height of the picture."""
    assert "nan" not in svg and "inf" not in svg
    height = float(re.search(rf'viewBox="0 0 {WIDTH} (\d+)"', svg)[1])
    x = [float(v) for v in re.findall(r' (?:x|cx)="([-\d.]+)"', svg)]
    y = [float(v) for v in re.findall(r' (?:y|cy)="([-\d.]+)"', svg)]
    for path in re.findall(r' (?:d|points)="(.*?)"', svg):
        numbers = [float(v) for v in re.findall(r"[-\d.]+", path)]
        x, y = x + numbers[::2], y + numbers[1::2]
    return x, y, height


def inside(svg):
    x, y, height = places(svg)
    return min(x) >= 0 and max(x) <= WIDTH and min(y) >= 0 and max(y) <= height


@given(ROWS, st.none() | NUMBERS)
def test_whatever_the_numbers_are_they_lie_in_the_frame(found, mark):
    assert inside(charts.ranges(rows(found), "alt", mark))
    assert inside(charts.bars(rows(found), "alt"))


@given(st.lists(NUMBERS, min_size=2, max_size=6))
def test_what_is_more_lies_further_right(values):
    svg = charts.ranges([charts.Row("r", v, v, v, "") for v in values], "alt")
    found = [float(v) for v in re.findall(r'cx="([-\d.]+)"', svg)]
    for one, at in zip(values, found, strict=True):
        for other, there in zip(values, found, strict=True):
            assert (one > other) <= (at >= there)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=8), st.booleans())
def test_pictures_with_two_axes_stay_in_their_frame_too(found, number):
    bins = tuple(Bin(p if number else 0.5, Range(b, min(a, b), max(a, b)), 5) for p, a, b in found)
    assert inside(charts.calibration(Calibration(bins, 0.1), number))
    points = tuple(Point(sorted(t)[1], min(t), max(t), 0.1, at=t[0]) for t in found)
    assert inside(charts.effect(Effect("column", points), "%"))
    levels = tuple(Point(sorted(t)[1], min(t), max(t), 0.1, level="one") for t in found)
    assert inside(charts.effect(Effect("column", levels), "kg"))


def test_a_curve_tells_what_is_measured_from_what_is_expected(reports):
    told = reports.diagnosis("binary")
    svg = charts.curve(told, "roc_auc")
    assert inside(svg)
    assert svg.count('class="b"') == len(told.curve)
    assert svg.count('class="a"') == len(told.ahead)
    assert "Expected: 2,600 rows" in svg
    one = msgspec.structs.replace(told, curve=(Rung(100, Range(0.5, 0.5, 0.5)),), ahead=())
    assert inside(charts.curve(one, "roc_auc"))
    assert "Expected" not in charts.curve(one, "roc_auc")


def test_what_brings_next_to_nothing_is_not_drawn(reports):
    told = reports.explanation("binary")
    small = Importance(("since",), Range(1e-6, -1e-6, 2e-6))
    more = msgspec.structs.replace(told, importances=(*told.importances, small))
    assert charts.importances(more, 8) == charts.importances(told, 8)
    assert "fare + boat 0.08" in charts.importances(told, 2)
    assert "age" not in charts.importances(told, 2)


def test_the_worst_recognised_answers_come_first(reports):
    told = reports.verdict("multiclass")
    svg = charts.recognised(told, ("bus", "opel", "saab", "van"), 3)
    assert svg.index("110 of 206 (53%)") < svg.index("115 of 215 (53%)") < svg.index("bus")
    assert "van" not in svg


@given(NUMBERS, NUMBERS, st.integers(1, 8))
def test_marks_are_few_and_lie_between(one, other, most):
    low, high = min(one, other), max(one, other)
    found = ticks(low, high, most)
    air = 1e-6 * (high - low)
    assert len(found) <= most + 1
    assert all(low - air <= tick <= high + air for tick in found)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0.48, 0.9, [0.5, 0.6, 0.7, 0.8, 0.9]), (3.0, 3.0, [3.0])],
)
def test_marks_are_round(low, high, expected):
    assert ticks(low, high) == expected


def test_a_scale_of_magnitudes_gives_each_as_much_room():
    scale = Scale(1.0, 10_000.0, 0.0, 4.0, log=True)
    assert [round(scale(v), 9) for v in (1, 10, 100, 1000, 10_000, 1e9)] == [0, 1, 2, 3, 4, 4]
