"""Text as HTML: what came from a table is shown as it is and never read as markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from mlwright.report.markdown import LONGEST, plain


def text(value: object, longest: int = LONGEST) -> str:
    """One line of text, safe in an element and in a quoted attribute. What steers a browser's text direction is
    gone."""
    return escape(plain(value, longest), quote=True)


def name(value: object, longest: int = 60) -> str:
    """A name from the data: whatever script it is written in, it leaves the rest of the line alone."""
    return f"<bdi>{text(value, longest)}</bdi>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in a box that scrolls if it must; cells are HTML already. A head that starts with "#" is of numbers, one
    that starts with "~" is left out on a phone."""
    styles = [_style(cell) for cell in head]
    top = "".join(f'<th scope="col"{css}>{cell.lstrip("#~")}</th>' for cell, css in zip(head, styles, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{css}>{cell}</td>" for cell, css in zip(row, styles, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def meter(share: float, label: str) -> str:
    """A small bar, filled to ``share``, and its label."""
    return f'<span class="meter"><i style="width:{100 * min(1.0, max(0.0, share)):.1f}%"></i></span> {label}'


def _style(head: str) -> str:
    names = " ".join(css for mark, css in (("#", "n"), ("~", "w")) if mark in head[:2])
    return f' class="{names}"' if names else ""
