"""What the tests on the repository read: the files under version control and the package's sources as trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORTERS = ("import_module", "__import__")


@dataclass(frozen=True)
class Module:
    """One source file of the package: its dotted name, the path below the package, and its tree."""

    name: str
    path: str
    text: str
    tree: ast.Module

    @property
    def unit(self) -> str:
        """The row's entry in the ladder: the name right below the package, ``__init__`` for the package's own file."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else "__init__"

    def imports(self) -> Iterator[tuple[int, str]]:
        """(line, dotted name) of all that is imported, wherever it stands: deferred and type-only imports count."""
        package = self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                base = ".".join([*parents, *([node.module] if node.module else [])])
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Call) and _called(node) in IMPORTERS and node.args:
                yield node.lineno, str(getattr(node.args[0], "value", ""))


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def load(package: Path) -> list[Module]:
    """Every module below ``package``, a folder named as the package is."""
    found = []
    for file in sorted(package.rglob("*.py")):
        path = file.relative_to(package)
        parts = [package.name, *path.with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = file.read_text("utf-8")
        found.append(Module(name, path.as_posix(), text, ast.parse(text)))
    return found


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    """The package's own sources."""
    return load(ROOT / "src" / "mlwright")


@pytest.fixture
def package(tmp_path: Path) -> Callable[[Mapping[str, str]], list[Module]]:
    """A package made up for one test, from a mapping of path to source: to show that a checker can fail."""

    def make(files: Mapping[str, str]) -> list[Module]:
        for path, text in files.items():
            file = tmp_path / "mlwright" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        return load(tmp_path / "mlwright")

    return make


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file that is, or with the next commit may be, under version control."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in done.stdout.decode().split("\0") if name)
    return sorted({path for path in paths if path.is_file()})
