"""Fixtures with models small enough to compute by hand."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from mlwright.bundle import Model


@pytest.fixture(scope="session")
def toys() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle_toys", Path(__file__).parent / "toys.py")
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
