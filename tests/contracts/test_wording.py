"""Numbers as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.wording import compact, counted, day, percent, spoken, teller


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (12.0, "12"),
        (1234.5, "1,234"),
        (0.05213, "0.05213"),
        (100.0, "100"),
        (-3.25, "-3.25"),
        (1e-7, "1.00e-07"),
    ],
)
def test_a_number_has_up_to_four_digits(value, said):
    assert spoken(value) == said


@given(st.floats(min_value=1e-4, max_value=1e14) | st.floats(min_value=-1e14, max_value=-1e-4))
def test_what_is_said_is_near_what_is_meant(value):
    assert float(spoken(value).replace(",", "")) == pytest.approx(value, rel=6e-4)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0%"), (1, "100%"), (0.0002, "under 0.1%"), (0.9999, "over 99.9%"), (0.096, "9.6%"), (0.42, "42%")],
)
def test_a_share_is_never_rounded_to_nothing_or_all(share, said):
    assert percent(share) == said


def test_amounts_are_short_on_an_axis():
    assert [compact(value) for value in (120e6, 45_000, 9_000, 2.5e9, 0.25)] == ["120M", "45k", "9000", "2.5B", "0.25"]


def test_years_have_no_marks_and_moments_are_dates():
    assert [teller(*column)(1950.0) for column in (("numeric", "year"), ("numeric", ""))] == ["1950", "1,950"]
    assert teller("datetime")(86_400.0) == "1970-01-02"


def test_days_and_counts():
    assert (day(0.0), day(47_700.0), day(1e18)) == ("1970-01-01", "1970-01-01 13:15", "1.00e+18")
    assert (counted(1, "row"), counted(2000, "row")) == ("1 row", "2,000 rows")
