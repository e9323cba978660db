"""Amounts as people write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from mlwright.contracts.errors import InputError
from mlwright.lifecycle import amounts


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (amounts.seconds, "60s", 60.0),
        (amounts.seconds, "60", 60.0),
        (amounts.seconds, 60, 60.0),
        (amounts.seconds, "1.5 min", 90.0),
        (amounts.seconds, "2H", 7200.0),
        (amounts.seconds, "500ms", 0.5),
        (amounts.milliseconds, "1ms", 1.0),
        (amounts.milliseconds, 0.25, 0.25),
        (amounts.milliseconds, "200us", 0.2),
        (amounts.milliseconds, "200µs", 0.2),
        (amounts.milliseconds, "2s", 2000.0),
        (amounts.size, "20MB", 20_000_000),
        (amounts.size, "512KiB", 524_288),
        (amounts.size, 1024, 1024),
        (amounts.size, " .5 gb ", 500_000_000),
    ],
)
def test_an_amount_is_read_in_its_unit(read, text, value):
    assert read(text) == pytest.approx(value)


@pytest.mark.parametrize("read", [amounts.seconds, amounts.milliseconds, amounts.size])
def test_no_amount_is_no_limit(read):
    assert read(None) is None


@pytest.mark.parametrize(
    "text", ["", "soon", "-5s", "0", "1e3", "60 parsecs", "nan", "inf", "1,5s", "60s60s", -1, 10**20]
)
@pytest.mark.parametrize(
    ("read", "option"),
    [(amounts.seconds, "--budget"), (amounts.milliseconds, "--max-latency"), (amounts.size, "--max-size")],
)
def test_what_is_no_amount_is_refused_by_the_options_name(read, option, text):
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.where == option
    assert repr(text) in caught.value.what
    assert caught.value.way_out


@given(st.integers(1, 10**6))
def test_units_agree_with_each_other(count):
    assert amounts.seconds(f"{count}min") == pytest.approx(amounts.seconds(f"{60 * count}s"))
    assert amounts.milliseconds(f"{count}ms") == pytest.approx(amounts.milliseconds(f"{1000 * count}us"))
    assert amounts.size(f"{count}KiB") == amounts.size(1024 * count)


@given(st.text(max_size=8))
def test_any_text_is_read_or_refused(text):
    with suppress(InputError):
        assert amounts.seconds(text) > 0
