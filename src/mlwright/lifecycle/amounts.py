"""Amounts as people write them: 60s, 10min, 1ms, 20MB."""

from __future__ import annotations

import re

from mlwright.contracts.errors import InputError

_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "ms": 0.001}
_MILLISECONDS = {"": 1.0, "ms": 1.0, "s": 1000.0, "us": 0.001, "µs": 0.001}
_BYTES = {"": 1.0, "b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 1024.0, "mib": 1024.0**2, "gib": 1024.0**3}
_AMOUNT = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-zµ]*)\s*", re.IGNORECASE)


def budget(amount: float | str | None, trials: int | None) -> float | None:
    """Seconds of a budget; 60 when neither it nor a number of trials says when to stop. Raises InputError."""
    return 60.0 if amount is None and trials is None else seconds(amount)


def seconds(amount: float | str | None) -> float | None:
    """Seconds of a budget such as 60, "60s", "10min" or "1h". Raises InputError."""
    return _read(amount, _SECONDS, "--budget", "60s, 10min or 1h")


def milliseconds(amount: float | str | None) -> float | None:
    """Milliseconds of a latency such as 1, "1ms" or "200us". Raises InputError."""
    return _read(amount, _MILLISECONDS, "--max-latency", "1ms or 200us")


def size(amount: float | str | None) -> int | None:
    """Bytes of a size such as 20000000, "20MB" or "512KiB". Raises InputError."""
    found = _read(amount, _BYTES, "--max-size", "20MB or 512KiB")
    return None if found is None else int(found)


def memory(amount: float | str | None) -> int | None:
    """Bytes of memory such as "8GB". Raises InputError."""
    found = _read(amount, _BYTES, "--memory", "8GB or 512MiB")
    return None if found is None else int(found)


def _read(amount: float | str | None, units: dict[str, float], option: str, examples: str) -> float | None:
    if amount is None:
        return None
    match = _AMOUNT.fullmatch(str(amount))
    value = float(match[1]) * units[match[2].lower()] if match and match[2].lower() in units else 0.0
    if not 0 < value < 1e15:
        raise InputError(f"{amount!r} is no amount", where=option, way_out=f"Write it as {examples}")
    return value
