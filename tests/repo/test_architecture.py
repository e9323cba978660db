"""The walls: who may import whom, who may fit, and that a model is data. Each checker is shown a package it refuses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pytest

# A unit imports only lower rows, never its own. A unit that stands in no row fails.
LADDER = (
    ("contracts",),
    ("frames", "graph", "metrics", "plugins"),
    ("steps", "learners", "store"),
    ("trials", "bundle"),
    ("ingest", "explore", "clean", "featurize", "search", "explain", "evaluate", "report", "deploy", "monitor"),
    ("lifecycle",),
    ("server",),
    ("cli", "testing", "__init__"),
)
ROW = {unit: height for height, row in enumerate(LADDER) for unit in row}
NARROWED = {"server": {"bundle", "contracts"}}
# Libraries with one door: the unit that may import them.
DOORS = {"onnx": "graph", "onnxruntime": "graph", "pandas": "frames", "pyarrow": "frames"}
# A model is data: nothing that can run what a file says.
EXECUTING = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
EVALUATING = {"eval", "exec"}
FITTING = {"fit", "fit_transform", "fit_predict", "partial_fit"}
BOOSTERS = {"lightgbm", "lgb", "xgboost", "xgb", "catboost"}


def unit_of(name, units):
    """The unit that a dotted name inside the package belongs to; None for a name outside."""
    first, _, rest = name.partition(".")
    if first != "mlwright":
        return None
    below = rest.split(".")[0]
    return below if below in units else "__init__"


def climbing(modules) -> Iterator[str]:
    """Imports that go up or along the ladder, and units without a row."""
    units = {module.unit for module in modules}
    yield from (f"{unit} stands in no row of the ladder" for unit in sorted(units - ROW.keys()))
    for module in modules:
        for line, name in module.imports():
            target = unit_of(name, units)
            if target is None or target == module.unit or not {target, module.unit} <= ROW.keys():
                continue
            if ROW[target] >= ROW[module.unit]:
                yield f"{module.path}:{line} {module.unit} imports {target}"
            elif target not in NARROWED.get(module.unit, {target}):
                yield f"{module.path}:{line} {module.unit} may import only {sorted(NARROWED[module.unit])}"


def smuggling(modules) -> Iterator[str]:
    """Imports of a library by another unit than its door."""
    for module in modules:
        for line, name in module.imports():
            library = name.split(".")[0]
            if DOORS.get(library, module.unit) != module.unit:
                yield f"{module.path}:{line} imports {library}; only {DOORS[library]} may"


def cycle(modules) -> list[str]:
    """Modules that import each other in a ring; empty if none do."""
    names = {module.name for module in modules}
    edges = {}
    for module in modules:
        reached = set()
        for _, name in module.imports():
            while name and name not in names:
                name = name.rpartition(".")[0]
            reached |= {name} - {"", module.name}
        edges[module.name] = reached
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def fits(modules) -> Iterator[str]:
    """Fits outside trials (and the law suites of testing).

    A step or a learner may fit the library it wraps, in its own ``fit`` and in the private functions that ``fit`` is
    made of; nothing public there fits on any other occasion.
    """
    for module in modules:
        if module.unit in {"trials", "testing"}:
            continue
        for function, call in calls(module.tree):
            wraps = module.unit in {"steps", "learners"} and (function in FITTING or is_private(function))
            if is_fit(call) and not wraps:
                yield f"{module.path}:{call.lineno} fits in {function or 'the module itself'}"


def calls(tree, function="") -> Iterator[tuple[str, ast.Call]]:
    """(name of the innermost function, call) for every call below ``tree``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield function, node
        inside = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        yield from calls(node, inside)


def is_fit(call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in FITTING
    if not isinstance(call.func, ast.Attribute):
        return False
    library = call.func.value.id if isinstance(call.func.value, ast.Name) else ""
    return call.func.attr in FITTING or (call.func.attr == "train" and library in BOOSTERS)


def is_private(name) -> bool:
    return name.startswith("_") and not name.startswith("__")


def executing(modules) -> Iterator[str]:
    """Ways to run what a file says."""
    for module in modules:
        for line, name in module.imports():
            if name.split(".")[0] in EXECUTING:
                yield f"{module.path}:{line} imports {name}"
        for _, call in calls(module.tree):
            if isinstance(call.func, ast.Name) and call.func.id in EVALUATING:
                yield f"{module.path}:{call.lineno} calls {call.func.id}"
            for keyword in call.keywords:
                if keyword.arg == "allow_pickle" and getattr(keyword.value, "value", None) is not False:
                    yield f"{module.path}:{call.lineno} allows pickle"


def test_imports_only_go_down_the_ladder(modules):
    assert list(climbing(modules)) == []


def test_each_library_has_one_door(modules):
    assert list(smuggling(modules)) == []


def test_no_module_imports_itself_in_a_ring(modules):
    assert cycle(modules) == []


def test_only_trials_fits(modules):
    assert list(fits(modules)) == []


def test_a_model_is_data(modules):
    assert list(executing(modules)) == []


CONTRACTS = {"contracts/__init__.py": "", "frames/__init__.py": "", "search/__init__.py": "", "report/__init__.py": ""}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("frames/door.py", "from mlwright.search import look"),
        ("frames/door.py", "import mlwright.search"),
        ("frames/door.py", "from mlwright import search"),
        ("frames/door.py", "from ..search import look"),
        ("frames/door.py", "from .. import search"),
        ("frames/door.py", "def read():\n    from mlwright.search import look"),
        ("frames/door.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mlwright.search"),
        ("frames/door.py", "import importlib\nimportlib.import_module('mlwright.search')"),
        ("frames/door.py", "from mlwright import train"),
        ("search/look.py", "from mlwright.report import page"),
        ("server/app.py", "from mlwright.frames import read"),
        ("utilities.py", ""),
        ("extras/__init__.py", "from mlwright.contracts import records"),
    ],
)
def test_the_ladder_is_held(package, path, source):
    assert len(list(climbing(package({**CONTRACTS, path: source})))) == 1


def test_the_ladder_lets_pass_what_goes_down(package):
    down = "from mlwright.contracts import records\nfrom mlwright.search import look\nfrom . import other\nimport numpy"
    files = {**CONTRACTS, "cli/__init__.py": "", "cli/train.py": down, "cli/other.py": ""}
    assert list(climbing(package(files))) == []


def test_a_library_through_the_wrong_door_is_seen(package):
    modules = package({"graph/a.py": "import onnx.helper", "frames/a.py": "def f():\n    import pandas as pd"})
    assert list(smuggling(modules)) == []
    assert len(list(smuggling(package({"metrics/a.py": "def f():\n    from pandas import NA\nimport onnx"})))) == 2


@pytest.mark.parametrize("third", ["from .a import x", "def f():\n    from mlwright.store import a", "from . import a"])
def test_a_ring_is_seen(package, third):
    files = {"store/a.py": "from .b import x", "store/b.py": "from mlwright.store.c import x", "store/__init__.py": ""}
    assert len(cycle(package({**files, "store/c.py": third}))) == 4
    assert cycle(package({**files, "store/c.py": "import os"})) == []


@pytest.mark.parametrize(
    ("path", "source", "count"),
    [
        ("search/a.py", "def choose(model, x, y):\n    return model.fit(x, y)", 1),
        ("evaluate/a.py", "model = Ridge().fit(x, y)", 1),
        ("evaluate/a.py", "import lightgbm as lgb\ndef f(data):\n    return lgb.train({}, data)", 1),
        ("clean/a.py", "def f(step, x):\n    return step.fit_transform(x)", 1),
        ("learners/a.py", "class Linear:\n    def fit(self, x, y):\n        self.inner = Ridge().fit(x, y)", 0),
        ("learners/a.py", "def _solve(x, y):\n    return Ridge().fit(x, y)", 0),
        ("learners/a.py", "class Linear:\n    def emit(self, builder):\n        Ridge().fit(x, y)", 1),
        ("steps/a.py", "class Step:\n    def __init__(self, x):\n        self.scaler = Scaler().fit(x)", 1),
        ("trials/a.py", "def run(step, x):\n    return step.fit(x)", 0),
        ("search/a.py", "def choose(train, x, y):\n    return train(x, y)", 0),
    ],
)
def test_a_fit_in_the_wrong_place_is_seen(package, path, source, count):
    assert len(list(fits(package({path: source})))) == count


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "def f():\n    from joblib import dump",
        "def f(text):\n    return eval(text)",
        "exec('x = 1')",
        "import numpy as np\nnp.load('a.npy', allow_pickle=True)",
    ],
)
def test_a_way_to_run_a_file_is_seen(package, source):
    assert len(list(executing(package({"bundle/a.py": source})))) == 1


def test_harmless_namesakes_pass(package):
    source = "import re\nPATTERN = re.compile('a')\nnumpy.load('a.npy', allow_pickle=False)"
    assert list(executing(package({"bundle/a.py": source}))) == []
