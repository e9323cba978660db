"""The application: its routes, and every error as a JSON object."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mlwright.bundle import Model
from mlwright.contracts.errors import MlwrightError, RowProblem, SchemaError
from mlwright.server.describe import metadata, openapi, taken
from mlwright.server.limits import Limits
from mlwright.server.page import page
from mlwright.server.request import RefusalError, read_body, rows_of

_LOG = logging.getLogger("mlwright.server")
_ENCODE = msgspec.json.Encoder().encode
_THREADS = 2  # for big bodies: more would only share the same cores and hold more at once


def app(model: Model, limits: Limits | None = None) -> Starlette:
    """An ASGI application that scores with ``model``. Raises BundleError if its graph can't be run."""
    model.warm()
    service = _Service(model, limits or Limits())
    routes = [  # matched in this order
        Route("/predict", service.predict, methods=["POST"]),
        Route("/", service.page),
        Route("/health", service.health),
        Route("/metadata", service.metadata),
        Route("/openapi.json", service.openapi),
    ]
    application = Starlette(routes=routes, exception_handlers={HTTPException: _http_error, Exception: _bug})
    application.router.redirect_slashes = False
    return application


class _Service:
    """What the routes share: the model, and the answers that never change."""

    def __init__(self, model: Model, limits: Limits) -> None:
        self._model, self._limits = model, limits
        self._columns = taken(model.schema)
        self._metadata = _ENCODE(metadata(model))
        self._openapi = _ENCODE(openapi(model, limits))
        self._pool = ThreadPoolExecutor(_THREADS, "scoring")

    async def health(self, request: Request) -> Response:
        return _json(b'{"status":"ok"}')

    async def metadata(self, request: Request) -> Response:
        return _json(self._metadata)

    async def openapi(self, request: Request) -> Response:
        return _json(self._openapi)

    async def page(self, request: Request) -> Response:
        headers = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return Response(page(self._model, str(request.base_url)), headers=headers, media_type="text/html")

    async def predict(self, request: Request) -> Response:
        try:
            body = await read_body(request, self._limits)
        except RefusalError as refusal:
            answer = self._refused(refusal.status, refusal.message, refusal.problems)
            answer.headers["connection"] = "close"  # what is left of the body is not read
            return answer
        if len(body) <= self._limits.inline:
            return self._answer(body)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._answer, body)

    def _answer(self, body: bytes) -> Response:
        try:
            rows = rows_of(body, self._columns, self._limits)
            return _json(_ENCODE({"predictions": self._model.predict_rows(rows)}))
        except RefusalError as refusal:
            return self._refused(refusal.status, refusal.message, refusal.problems)
        except SchemaError as error:
            message = "the rows don't fit the model's columns; see /metadata"
            return self._refused(HTTPStatus.UNPROCESSABLE_ENTITY, message, error.problems)
        except MlwrightError as error:
            return self._refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), ())

    def _refused(self, status: HTTPStatus, message: str, problems: Sequence[RowProblem]) -> Response:
        error: dict[str, Any] = {"message": message}
        if problems:
            error["problems"] = [
                {"row": problem.row, "column": problem.column, "message": problem.message}
                for problem in problems[: self._limits.problems]
            ]
        return _json(_ENCODE({"error": error}), status)


def _json(content: bytes, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(content, status, media_type="application/json")


async def _http_error(request: Request, error: Exception) -> Response:
    status, headers = HTTPStatus.NOT_FOUND, None
    if isinstance(error, HTTPException):
        status, headers = HTTPStatus(error.status_code), error.headers
    answer = _json(_ENCODE({"error": {"message": status.phrase.lower()}}), status)
    answer.headers.update(headers or {})
    return answer


async def _bug(request: Request, error: Exception) -> Response:
    """The sender learns nothing of the inside; the log has the traceback."""
    _LOG.error("a request failed", exc_info=error)
    return _json(b'{"error":{"message":"a bug in the service; its log says more"}}', HTTPStatus.INTERNAL_SERVER_ERROR)
