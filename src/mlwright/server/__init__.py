"""Scoring over HTTP: an ASGI application around a bundle. It translates, it never decides.

GET  /              a page for people             GET  /health        {"status": "ok"}
GET  /metadata      what the model is             GET  /openapi.json  the service, described for machines
POST /predict       rows in, predictions out
"""

from mlwright.server.app import app
from mlwright.server.limits import Limits
from mlwright.server.listen import serve

__all__ = ["Limits", "app", "serve"]
