"""Runs every benchmark that needs nothing outside this checkout, and says what the others need.

    make bench

A benchmark is a script in benchmarks/quality or benchmarks/speed whose docstring has a line "Needs: ...". With
"Needs: nothing" it is run; any other need is printed with the script's name.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def need(script: Path) -> str:
    """What the script's docstring says that it needs."""
    text = ast.get_docstring(ast.parse(script.read_text("utf-8"))) or ""
    found = re.search(r"^Needs: (.+)$", text, flags=re.MULTILINE)
    return found.group(1).strip() if found else "a line 'Needs: ...' in its docstring"


def main() -> int:
    """Run what can be run; the number of benchmarks that failed."""
    failed, waiting = 0, []
    for script in sorted(path for path in HERE.rglob("*/*.py") if not path.name.startswith("_")):
        name = script.relative_to(HERE.parent).as_posix()
        if need(script) != "nothing":
            waiting.append(f"  {name}: {need(script)}")
            continue
        print(f"== {name}", flush=True)
        failed += subprocess.run([sys.executable, str(script)], check=False).returncode != 0
    if waiting:
        print("not run, for what they need:", *waiting, sep="\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
