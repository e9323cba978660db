"""From the bytes of a request to rows, trusting nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request

from mlwright.contracts.errors import RowProblem, near_miss
from mlwright.server.limits import Limits

Row = dict[str, Any]
SHAPES = 'Send {"rows": [{"COLUMN": value, ...}, ...]} or {"columns": {"COLUMN": [value, ...], ...}}.'
_PATIENCE = 4  # a body is read, if not kept, up to this many times the limit
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


class RefusalError(Exception):
    """A request that is not answered: the HTTP status, what is wrong, and each problem where there are many."""

    def __init__(self, status: HTTPStatus, message: str, problems: Sequence[RowProblem] = ()):
        super().__init__(message)
        self.status, self.message, self.problems = status, message, problems


async def read_body(request: Request, limits: Limits) -> bytes:
    """The whole body. Raises RefusalError if it is too long, whatever its header says, or too slow.

    A body that is somewhat too long is read to its end and thrown away: a sender that is cut off while still sending
    may never see why.
    """
    most = _PATIENCE * limits.body
    declared = request.headers.get("content-length", "0")
    if len(declared) > 18 or (declared.isdecimal() and int(declared) > most):
        raise _too_long(limits)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.seconds):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise _too_long(limits)
                if size > limits.body:
                    parts.clear()
                else:
                    parts.append(part)
    except TimeoutError as error:
        raise RefusalError(HTTPStatus.REQUEST_TIMEOUT, "the body took too long to arrive") from error
    except ClientDisconnect as error:
        raise RefusalError(HTTPStatus.BAD_REQUEST, "the sender went away") from error
    if size > limits.body:
        raise _too_long(limits)
    return b"".join(parts)


def rows_of(body: bytes, columns: Sequence[str], limits: Limits) -> list[Row]:
    """The rows that a body holds, in any of the shapes; ``columns`` are those of the model.

    Raises RefusalError: 400 for what is not JSON, 413 for too many rows, 422 for any other shape.
    """
    content = _decoded(body)
    if isinstance(content, list):
        return _from_rows(content, limits)
    if not isinstance(content, dict):
        raise _unfit(f"this is neither rows nor columns. {SHAPES}")
    if ("rows" in content) == ("columns" in content):
        near = next(filter(None, (near_miss(key, ("rows", "columns")) for key in list(content)[:20])), "")
        what = 'give one of "rows" and "columns"'
        raise _unfit(f"{what} ({near}). {SHAPES}" if near else f"{what}. {SHAPES}")
    if "rows" in content:
        return _from_rows(content["rows"], limits)
    return _from_columns(content["columns"], columns, limits)


def _decoded(body: bytes) -> Any:
    try:
        return _DECODER.decode(body)
    except msgspec.DecodeError as error:
        hint = "JSON has no NaN and no Infinity: send null for a missing value."
        raise RefusalError(HTTPStatus.BAD_REQUEST, f"{error}; the body has {len(body)} bytes. {hint}") from error
    except UnicodeDecodeError as error:
        raise RefusalError(HTTPStatus.BAD_REQUEST, f"not UTF-8 (byte {_not_utf8(body)})") from error
    except RecursionError as error:
        raise RefusalError(HTTPStatus.BAD_REQUEST, "nested too deeply") from error


def _from_rows(rows: Any, limits: Limits) -> list[Row]:
    if not isinstance(rows, list):
        raise _unfit(f'"rows" is not a list. {SHAPES}')
    _check_count(len(rows), limits)
    problems = [RowProblem("not an object", row=i) for i, row in enumerate(rows) if not isinstance(row, dict)]
    if problems:
        raise _unfit(f"a row is an object with a value a column. {SHAPES}", problems)
    return rows


def _from_columns(table: Any, columns: Sequence[str], limits: Limits) -> list[Row]:
    if not isinstance(table, dict):
        raise _unfit(f'"columns" is not an object. {SHAPES}')
    given = {name: table[name] for name in columns if name in table}
    if table and not given:
        raise _unfit("none of these is a column of the model; see /metadata")
    problems = [RowProblem("not a list", column=name) for name, cells in given.items() if not isinstance(cells, list)]
    if problems:
        raise _unfit(f"a column is a list with a value a row. {SHAPES}", problems)
    lengths = {name: len(cells) for name, cells in given.items()}
    count = max(lengths.values(), default=0)
    _check_count(count, limits)
    problems = [
        RowProblem(f"{length} values where others have {count}", column=name)
        for name, length in lengths.items()
        if length != count
    ]
    if problems:
        raise _unfit("the columns have different lengths", problems)
    return [dict(zip(given, cells, strict=True)) for cells in zip(*given.values(), strict=True)]


def _check_count(count: int, limits: Limits) -> None:
    if count > limits.rows:
        message = f"{count} rows are more than the {limits.rows} that one request may bring; send them in parts"
        raise RefusalError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)


def _too_long(limits: Limits) -> RefusalError:
    message = f"the body is longer than the {limits.body} bytes that one request may have; send it in parts"
    return RefusalError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)


def _unfit(message: str, problems: Sequence[RowProblem] = ()) -> RefusalError:
    return RefusalError(HTTPStatus.UNPROCESSABLE_ENTITY, message, problems)


def _not_utf8(body: bytes) -> int:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0
