"""Writes docs/guide/cli.md from the command line's own --help, so that the page can't say anything else.

python docs/command_line.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent / "guide" / "cli.md"
PROGRAM = Path(sys.executable).with_name("mlwright")
PLAIN = {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "TERM": "dumb", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
OPENING = """# The command line

Written by `make docs` from `mlwright --help`; a test keeps it true.

| exit code | means |
|---|---|
| 0 | done |
| 1 | a bug in mlwright or in a plug-in; the message says how to report it |
| 2 | the input can't be used; the message says what, where and the way out |
| 3 | done, but the verdict is "hold" or "refuse" (only with `--strict`) |
| 130 | interrupted; `mlwright resume` goes on |

With `--json`, standard output holds one JSON object and nothing else; progress goes to standard error.
"""


def shown(*arguments: str) -> str:
    """What ``mlwright ARGUMENTS --help`` prints, without colours, 100 columns wide."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "GITHUB_ACTIONS"}}
    command = [str(PROGRAM), *arguments, "--help"]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", env={**inherited, **PLAIN})
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")


def commands(overview: str) -> list[str]:
    """The names in the list of commands, in its order."""
    listed = overview.partition("Commands")[2]
    return re.findall(r"^(?:│ |  )([a-z][a-z-]*)(?:  | *│?$)", listed, flags=re.MULTILINE)


def render() -> str:
    """The whole page."""
    overview = shown()
    parts = [OPENING, f"```text\n{overview}\n```\n"]
    parts += [f"## mlwright {name}\n\n```text\n{shown(name)}\n```\n" for name in commands(overview)]
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
    print(f"wrote {PAGE.relative_to(Path(__file__).parents[1])}")
