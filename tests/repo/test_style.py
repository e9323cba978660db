"""The habits: small functions and files, telling names, no hidden state. Tails are bounded, not averages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

BODY, BODY_LIMIT = 40, 80  # lines without the docstring: the 95th percentile, and the longest
FILE, FILE_LIMIT = 500, 800
ARGUMENTS = 5  # besides self; more than that is a small record
# Where more arguments are right: path of the module, name of the function, and why.
MANY_ARGUMENTS = (
    ("lifecycle/explanation.py", "explain", "a public door, as train"),
    ("lifecycle/exploration.py", "explore", "a public door, as train"),
    ("lifecycle/road.py", "train", "the public door: keyword-only options with defaults, as a user types them"),
    ("cli/*.py", "*", "Typer reads a command's options from the signature of its function"),
)
VAGUE = {"common", "core", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
# A parameter that is spread into a call on purpose, by name.
OPEN = {"facts": "what a listener is told is open by contract (contracts.protocols.Listener)"}
MUTATING = {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update"}


def functions(module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def bodies(modules) -> list[tuple[int, str]]:
    """(lines of the body without its docstring, where) of every function, the longest first."""
    found = []
    for module in modules:
        for function in functions(module):
            body = function.body[1:] if ast.get_docstring(function) else function.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            found.append((lines, f"{module.path}:{function.lineno} {function.name}"))
    return sorted(found, reverse=True)


def files(modules) -> list[tuple[int, str]]:
    """(lines, path) of every file, the longest first."""
    return sorted(((module.text.count("\n"), module.path) for module in modules), reverse=True)


def tail(rows, usual, limit) -> list[str]:
    """What is over ``limit``; or, where the 95th percentile is over ``usual``, all that is over it."""
    percentile = rows[len(rows) // 20][0] if rows else 0
    bound = usual if percentile > usual else limit
    return [f"{lines} lines: {where}" for lines, where in rows if lines > bound]


def crowded(modules) -> Iterator[str]:
    """Functions with too many arguments, but for those exempted."""
    for module in modules:
        for function in functions(module):
            spec = function.args
            names = [argument.arg for argument in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
            count = len(names) - (names[:1] in (["self"], ["cls"]))
            exempt = any(
                fnmatch(module.path, path) and fnmatch(function.name, name) for path, name, _ in MANY_ARGUMENTS
            )
            if count > ARGUMENTS and not exempt:
                yield f"{module.path}:{function.lineno} {function.name} takes {count} arguments"


def spared(modules) -> set[tuple[str, str, str]]:
    """The exemptions that some function needs."""
    crowd = [
        (module.path, function.name)
        for module in modules
        for function in functions(module)
        if len(function.args.args) + len(function.args.kwonlyargs) > ARGUMENTS
    ]
    return {row for row in MANY_ARGUMENTS for path, name in crowd if fnmatch(path, row[0]) and fnmatch(name, row[1])}


def vague(modules) -> Iterator[str]:
    """Modules, folders and classes whose name says nothing."""
    for module in modules:
        parts = [word for part in module.name.split(".")[1:] for word in part.split("_")]
        classes = [node.name for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
        yield from (f"{module.path}: {word}" for word in parts if word in VAGUE)
        yield from (
            f"{module.path}: {name}" for name in classes if name.lower().endswith(("manager", "helper", "utils"))
        )


def passing_through(modules) -> Iterator[str]:
    """``**options`` that a function takes only to spread them into another call."""
    for module in modules:
        for function in functions(module):
            name = function.args.kwarg.arg if function.args.kwarg else None
            if name is None or name in OPEN:
                continue
            for node in ast.walk(function):
                spread = [k for k in node.keywords if k.arg is None] if isinstance(node, ast.Call) else []
                if any(isinstance(k.value, ast.Name) and k.value.id == name for k in spread):
                    yield f"{module.path}:{node.lineno} {function.name} passes **{name} through"


def hidden_state(modules) -> Iterator[str]:
    """``global``, and module-level names that a function changes in place."""
    for module in modules:
        top = {name.id for statement in module.tree.body for name in _targets(statement)}
        for function in functions(module):
            local = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
            local |= {node.id for node in ast.walk(function) if _is_stored(node)}
            for node in ast.walk(function):
                if isinstance(node, ast.Global):
                    yield f"{module.path}:{node.lineno} global {', '.join(node.names)}"
                elif _changed(node) in top - local:
                    yield f"{module.path}:{node.lineno} {function.name} changes {_changed(node)}"


def _targets(statement) -> list[ast.Name]:
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return [target for target in targets if isinstance(target, ast.Name)]


def _is_stored(node) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _changed(node) -> str | None:
    """The name whose content a node changes: ``x[...] = ``, ``del x[...]``, ``x.append(...)``."""
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return getattr(node.value, "id", None)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATING:
        return getattr(node.func.value, "id", None)
    return None


def reading_messages(modules) -> Iterator[str]:
    """Branches on the text of a caught error: its type or a code is what tells errors apart."""
    for module in modules:
        for handler in ast.walk(module.tree):
            if not isinstance(handler, ast.ExceptHandler) or handler.name is None:
                continue
            for node in ast.walk(handler):
                tested = getattr(node, "test", None) if isinstance(node, ast.If | ast.IfExp) else None
                if tested is not None and any(_is_message(part, handler.name) for part in ast.walk(tested)):
                    yield f"{module.path}:{node.lineno} branches on the text of {handler.name}"


def _is_message(node, error) -> bool:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"str", "repr"}:
        return bool(node.args) and getattr(node.args[0], "id", "") == error
    if isinstance(node, ast.Attribute) and node.attr in {"args", "what", "message"}:
        return getattr(node.value, "id", "") == error
    return False


def unmirrored(modules, root) -> list[str]:
    """Units without tests of their own: ``tests/UNIT/test_*.py``, or ``tests/test_UNIT.py``."""
    units = {module.unit for module in modules} - {"__init__"}  # its tests are repo/test_public.py
    tests = root / "tests"
    return sorted(u for u in units if not [*(tests / u).glob("test_*.py"), *tests.glob(f"test_{u}.py")])


def test_functions_are_short(modules):
    assert tail(bodies(modules), BODY, BODY_LIMIT) == []


def test_files_are_short(modules):
    assert tail(files(modules), FILE, FILE_LIMIT) == []


def test_functions_take_few_arguments(modules):
    assert list(crowded(modules)) == []


def test_no_exemption_outlives_its_function(modules):
    assert spared(modules) == set(MANY_ARGUMENTS)


def test_names_say_something(modules):
    assert list(vague(modules)) == []


def test_options_are_named_not_passed_through(modules):
    assert list(passing_through(modules)) == []


def test_no_state_hides_in_a_module(modules):
    assert list(hidden_state(modules)) == []


def test_errors_are_told_apart_by_type(modules):
    assert list(reading_messages(modules)) == []


def test_every_unit_has_its_tests(modules, root):
    assert unmirrored(modules, root) == []


def body_of(lines):
    return "def f():\n    'text'\n" + "    x = 1\n" * lines


def test_a_long_function_is_seen(package):
    assert bodies(package({"a.py": body_of(81)})) == [(81, "a.py:1 f")]
    rows = [(81, "a")] + [(1, "b")] * 99
    assert tail(rows, 40, 80) == ["81 lines: a"]
    assert tail([(80, "a")] * 5 + [(1, "b")] * 95, 40, 80) == []
    assert len(tail([(41, "a")] * 6 + [(1, "b")] * 94, 40, 80)) == 6


def test_a_long_file_is_seen(package):
    assert len(tail(files(package({"a.py": "x = 1\n" * 801, "b.py": ""})), 500, 800)) == 1


@pytest.mark.parametrize(
    ("path", "source", "count"),
    [
        ("a.py", "def f(a, b, c, d, e, g): ...", 1),
        ("a.py", "def f(a, b, c, *, d, e, g): ...", 1),
        ("a.py", "class A:\n    def f(self, a, b, c, d, e): ...", 0),
        ("a.py", "class A:\n    def f(self, a, b, c, d, e, g): ...", 1),
        ("cli/train.py", "def train(a, b, c, d, e, g): ...", 0),
        ("lifecycle/road.py", "def train(a, b, c, d, e, g): ...", 0),
        ("lifecycle/road.py", "def run(a, b, c, d, e, g): ...", 1),
    ],
)
def test_a_crowd_of_arguments_is_seen(package, path, source, count):
    assert len(list(crowded(package({path: source})))) == count


def test_a_vague_name_is_seen(package):
    assert list(vague(package({"frames/score.py": "class Encore: ..."}))) == []
    modules = package({"frames/utils.py": "", "core/__init__.py": "", "a/csv_helpers.py": "class RunManager: ..."})
    assert len(list(vague(modules))) == 4


def test_options_passed_through_are_seen(package):
    through = "def f(**options):\n    return g(1, **options)"
    fine = "def f(event, **facts):\n    return g(event, **facts)\ndef h(**names):\n    return names"
    assert len(list(passing_through(package({"a.py": through, "b.py": fine})))) == 1


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("x = 1\ndef f():\n    global x\n    x = 2", 1),
        ("SEEN = {}\ndef f(k):\n    SEEN[k] = 1", 1),
        ("SEEN: list[int] = []\ndef f(k):\n    SEEN.append(k)", 1),
        ("SEEN = {}\ndef f(k):\n    del SEEN[k]", 1),
        ("SEEN = {}\ndef f(k):\n    SEEN = []\n    SEEN.append(k)\n    return SEEN", 0),
        ("KNOWN = {'a': 1}\ndef f(k):\n    return KNOWN[k]", 0),
        ("SEEN = {}\ndef f(SEEN, k):\n    SEEN[k] = 1", 0),
    ],
)
def test_hidden_state_is_seen(package, source, count):
    assert len(list(hidden_state(package({"a.py": source})))) == count


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("try:\n    f()\nexcept E as e:\n    if 'full' in str(e):\n        g()", 1),
        ("try:\n    f()\nexcept E as e:\n    if e.args[0].startswith('no'):\n        g()", 1),
        ("try:\n    f()\nexcept E as e:\n    x = 1 if e.what == 'full' else 2", 1),
        ("try:\n    f()\nexcept E as e:\n    if e.errno == 28:\n        g(str(e))", 0),
    ],
)
def test_a_branch_on_a_message_is_seen(package, source, count):
    assert len(list(reading_messages(package({"a.py": source})))) == count


def test_a_unit_without_tests_is_seen(package, tmp_path):
    modules = package({"frames/a.py": "", "plugins.py": "", "graph/a.py": ""})
    (tmp_path / "tests" / "frames").mkdir(parents=True)
    (tmp_path / "tests" / "frames" / "test_a.py").touch()
    (tmp_path / "tests" / "test_plugins.py").touch()
    assert unmirrored(modules, tmp_path) == ["graph"]
