"""How much one sender may ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """``body`` is bytes, ``seconds`` the time a body may take to arrive, ``problems`` how many are told of a request.

    Bodies above ``inline`` bytes are answered in a thread, so that small ones need not wait for them.
    """

    body: int = 16 * 2**20
    rows: int = 10_000
    seconds: float = 30.0
    problems: int = 100
    inline: int = 16 * 2**10
