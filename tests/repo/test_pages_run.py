"""The code on the pages runs as it stands: the README's tour first, then each page of the guide on what the tour left.

A page's bash and python blocks run in its order, in a folder that holds the examples and nothing else of the checkout.
A service that a page starts runs beside the next commands, on a free port, and is stopped at the page's end.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = sorted(page.name for page in (ROOT / "docs" / "guide").glob("*.md"))
BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
PROGRAMS = {"curl", "head", "mlwright", "python"}
ELSEWHERE = {"make", "git", "cd", "."}  # setting up: what a test can't do inside the checkout it runs from
WAIT = 60.0


def blocks(text):
    """(language, code) of every block that a page tells to run."""
    return BLOCK.findall(text)


def commands(block):
    """The commands of a bash block: comments gone; what a backslash or an open quote continues is joined."""
    found, open_line = [], ""
    for line in block.replace("\\\n", " ").splitlines():
        if not open_line and (not line.strip() or line.lstrip().startswith("#")):
            continue
        open_line += line
        if is_closed(open_line):
            found.append(open_line.strip())
            open_line = ""
        else:
            open_line += "\n"
    return found + ([open_line] if open_line else [])


def is_closed(line):
    """Whether every quote that opens in ``line`` closes in it."""
    try:
        shlex.split(line)
    except ValueError:
        return False
    return True


class Terminal:
    """Runs a page's blocks in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.services = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        self.environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "PYTHONWARNINGS": "error"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for service in self.services:
            service.terminate()
            service.wait(WAIT)

    def page(self, text):
        for language, code in blocks(text):
            if language == "python":
                self.python(code)
            else:
                for command in commands(code):
                    self.command(command)

    def python(self, code):
        script = self.folder / "block.py"
        script.write_text(code, "utf-8")
        self.finish([sys.executable, script.name])

    def command(self, command):
        program = shlex.split(command)[0]
        if program in ELSEWHERE:
            return
        assert program in PROGRAMS, f"a page shows {program!r}, which this test does not know"
        command = command.replace("8080", self.port)
        if command.startswith("mlwright serve"):
            self.serve(command)
        elif program == "curl":  # by itself it takes an error of the service for an answer
            self.finish(["bash", "-c", command.replace("curl", "curl --silent --show-error --fail-with-body", 1)])
        else:
            self.finish(["bash", "-euo", "pipefail", "-c", command])

    def serve(self, command):
        arguments = shlex.split(command) if self.port in command else [*shlex.split(command), "--port", self.port]
        with (self.folder / "service.log").open("wb") as log:
            service = subprocess.Popen(arguments, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        self.services.append(service)
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=1):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        pytest.fail(f"no answer from {command}:\n{(self.folder / 'service.log').read_text()}")

    def finish(self, arguments):
        done = subprocess.run(
            arguments, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments[-1]}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def toured(tmp_path_factory):
    """The folder in which a user has followed the README."""
    folder = tmp_path_factory.mktemp("tour")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    with Terminal(folder) as terminal:
        terminal.page((ROOT / "README.md").read_text("utf-8"))
    return folder


@pytest.mark.slow
@pytest.mark.story
def test_the_readme_runs(toured):
    assert (toured / "models").is_dir()


@pytest.mark.slow
@pytest.mark.story
@pytest.mark.parametrize("page", GUIDE)
def test_a_page_of_the_guide_runs(page, toured, tmp_path):
    folder = tmp_path / "tour"
    shutil.copytree(toured, folder)
    with Terminal(folder) as terminal:
        terminal.page((ROOT / "docs" / "guide" / page).read_text("utf-8"))


def test_blocks_and_commands_are_found():
    text = "a\n```bash\n# why\nmlwright train a.csv \\\n  --target b\n\ncurl x -d '{\n 1}'\n```\n```text\nno\n```\n"
    text += "```python\nx = 1\n```\n"
    found = blocks(text)
    assert [language for language, _ in found] == ["bash", "python"]
    assert [shlex.split(command) for command in commands(found[0][1])] == [
        ["mlwright", "train", "a.csv", "--target", "b"],
        ["curl", "x", "-d", "{\n 1}"],
    ]


def test_a_failing_block_is_seen(tmp_path):
    with Terminal(tmp_path) as terminal:
        terminal.page("```python\nx = 1\n```\n")
        with pytest.raises(AssertionError, match="ZeroDivisionError"):
            terminal.page("```python\n1 / 0\n```\n")
        with pytest.raises(AssertionError, match="does not know"):
            terminal.page("```bash\nrm -r x\n```\n")
        with pytest.raises(AssertionError):
            terminal.page("```bash\npython -c 'raise SystemExit(1)' | head\n```\n")
