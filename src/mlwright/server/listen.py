"""Serving on a port."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress

import uvicorn

from mlwright.bundle import load
from mlwright.contracts.errors import InputError
from mlwright.server.app import app
from mlwright.server.page import curl

_LAST_PORT = 65535
_BACKLOG = 2048  # connections that may wait to be taken
_GRACE = 10  # seconds that requests under way have on SIGTERM


def serve(folder: str | os.PathLike[str], host: str = "127.0.0.1", port: int = 8080) -> None:
    """Serve the model in ``folder`` until SIGINT or SIGTERM; port 0 takes any free one.

    The address and a line to try it with go to standard error once connections are taken. Raises BundleError when there
    is no such model, InputError when the address can't be had.
    """
    model = load(folder)
    application = app(model)
    with _listen(host, port) as listener:
        place = listener.getsockname()
        name = f"[{place[0]}]" if listener.family == socket.AF_INET6 else place[0]
        url = f"http://{name}:{place[1]}/"
        sys.stderr.write(f"{model.name} is served at {url}\n\n{curl(model, url)}\n\n")
        sys.stderr.flush()
        config = uvicorn.Config(
            application, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=_GRACE
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections, so that whoever reads the address may use it at once."""
    where = f"{host}:{port}"
    if not 0 <= port <= _LAST_PORT:
        raise InputError("no such port", where=where, way_out=f"Use one from 1 to {_LAST_PORT}, or 0 for any.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        # The protocol must be said: asyncio sends small answers at once only on sockets that say they are TCP.
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
        return listener
    except PermissionError as error:
        raise InputError("this port is not yours to use", where=where, way_out="Use one above 1023.") from error
    except UnicodeError as error:
        raise InputError("this is no host's name", where=where, way_out="Choose another --host.") from error
    except OSError as error:
        what = f"can't listen here: {(error.strerror or str(error)).lower()}"
        raise InputError(what, where=where, way_out="Choose another --port or --host; --port 0 takes any.") from error
