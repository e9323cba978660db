"""The models of the bundle's tests, and a client that talks to a service in memory."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from mlwright.bundle import Model
from mlwright.server import Limits, app

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def toys() -> ModuleType:
    path = Path(__file__).parents[1] / "bundle" / "toys.py"
    spec = importlib.util.spec_from_file_location("server_toys", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def classifier(toys: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Model:
    model: Model = toys.toy(tmp_path_factory.mktemp("models") / "churn")
    return model


@pytest.fixture(scope="session")
def regressor(toys: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Model:
    model: Model = toys.toy(tmp_path_factory.mktemp("models") / "price", ())
    return model


def asker(model: Model, limits: Limits | None = None) -> Ask:
    """A function that sends one request: ask("POST", "/predict", content=...)."""
    application = app(model, limits)

    def ask(method: str, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    return ask


@pytest.fixture(scope="session")
def ask(classifier: Model) -> Ask:
    """The classifier's service."""
    return asker(classifier)


@pytest.fixture(scope="session")
def limited(classifier: Model) -> Ask:
    """The classifier's service with limits that are soon met."""
    return asker(classifier, Limits(body=2000, rows=5, seconds=0.05, problems=3, inline=100))


@pytest.fixture(scope="session")
def ask_regressor(regressor: Model) -> Ask:
    """The regressor's service."""
    return asker(regressor)
