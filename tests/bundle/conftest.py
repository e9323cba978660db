"""Fixtures with models small enough to compute by hand."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from mlwright.bundle import Model


@pytest.fixture(scope="session")
def toys() -> ModuleType:
    return _elsewhere("bundle", "toys")


@pytest.fixture(scope="session")
def reports() -> ModuleType:
    return _elsewhere("report", "reports")


def _elsewhere(unit: str, name: str) -> ModuleType:
    path = Path(__file__).parents[1] / unit / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"bundle_{name}", path)
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
