"""Draw docs/images/verdict.svg: what the README's `mlwright train` prints, from a real run.

python docs/picture.py
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "mlwright train flights.csv --target late --time departure --budget 20s"


def main() -> None:
    """Run the command in a folder of its own and draw what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, ROOT / "examples" / "flights.py"], cwd=folder, check=True, capture_output=True)
        command = [str(Path(sys.executable).parent / "mlwright"), *COMMAND.split()[1:]]
        printed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    with Path("/dev/null").open("w") as nowhere:
        console = Console(record=True, width=102, file=nowhere, color_system="truecolor", force_terminal=True)
        console.print(Text(f"$ {COMMAND}", style="bold"))
        text = Text(printed.rstrip())
        text.highlight_regex(r"Verdict: \w+\.", "bold green")
        text.highlight_regex(r"(?m)^    this model.*$", "bold")
        text.highlight_regex(r"(?m)^ {4}(always|a ).*$", "dim")
        console.print(text)
        svg = console.export_svg(title="mlwright")
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # nothing is fetched to look at it
    svg = re.sub(r"font-family: Fira Code, monospace", "font-family: Fira Code, Menlo, Consolas, monospace", svg)
    svg = "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
    target = ROOT / "docs" / "images" / "verdict.svg"
    target.parent.mkdir(exist_ok=True)
    target.write_text(svg)


if __name__ == "__main__":
    main()
