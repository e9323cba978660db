"""Reports made by hand, and a browser to look at pages with."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mlwright.contracts.errors import MlwrightError
from mlwright.lifecycle.packages import Package, fetched, members
from mlwright.lifecycle.what_if import found_runtime
from mlwright.report import Runtime

AXE = Package(
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)


def _beside(name: str, unit: str = "report") -> ModuleType:
    path = Path(__file__).parents[1] / unit / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"report_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def reports() -> ModuleType:
    return _beside("reports")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium without a window; the test is skipped only where there is none."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    opened = _beside("browser").Browser(program, tmp_path_factory.mktemp("browser"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which knows the rules of accessible pages; the test is skipped where it can't be had."""
    try:
        return members(fetched(AXE, "Install npm."), ["axe.min.js"])[0].decode()
    except MlwrightError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def runtime() -> Runtime:
    """What runs a graph in a browser; the test is skipped where it can't be had."""
    try:
        return found_runtime(None)
    except MlwrightError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def askable() -> ModuleType:
    return _beside("askable")


@pytest.fixture(scope="session")
def toys() -> ModuleType:
    return _beside("toys", "bundle")
