"""From a table to a model you can judge, ship and serve, on one graph."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlwright.bundle import Model, load, verify
    from mlwright.contracts.errors import MlwrightError
    from mlwright.contracts.insight import Explanation
    from mlwright.contracts.portrait import Portrait
    from mlwright.contracts.records import ChildTable, Verdict
    from mlwright.contracts.report import Report
    from mlwright.lifecycle import explain, explore, report, resume, train
    from mlwright.metrics import Metric

__all__ = [
    "ChildTable",
    "Explanation",
    "Metric",
    "MlwrightError",
    "Model",
    "Portrait",
    "Report",
    "Verdict",
    "explain",
    "explore",
    "load",
    "report",
    "resume",
    "train",
    "verify",
]

# Each name is imported when it is first used, so that `import mlwright` costs next to nothing.
_HOME = {
    "ChildTable": "mlwright.contracts.records",
    "Explanation": "mlwright.contracts.insight",
    "Metric": "mlwright.metrics",
    "MlwrightError": "mlwright.contracts.errors",
    "Model": "mlwright.bundle",
    "Portrait": "mlwright.contracts.portrait",
    "Report": "mlwright.contracts.report",
    "Verdict": "mlwright.contracts.records",
    "explain": "mlwright.lifecycle",
    "explore": "mlwright.lifecycle",
    "load": "mlwright.bundle",
    "report": "mlwright.lifecycle",
    "resume": "mlwright.lifecycle",
    "train": "mlwright.lifecycle",
    "verify": "mlwright.bundle",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mlwright' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__


class _Door(ModuleType):
    """This module. Its names ``explain``, ``explore`` and ``report`` are functions, though packages below it have the
    same names, which Python would put in their place when they are imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Door
