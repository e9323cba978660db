"""Draw docs/images/verdict.svg and report.png: what the README's `mlwright train` prints, and the first screen of the
report that it writes, from a real run. The second needs Chromium.

python docs/picture.py
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
HEIGHT = 725  # pixels of the report that are shown
COMMAND = "mlwright train flights.csv --target late --time departure --budget 20s"


def main() -> None:
    """Run the command in a folder of its own and draw what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, ROOT / "examples" / "flights.py"], cwd=folder, check=True, capture_output=True)
        command = [str(Path(sys.executable).parent / "mlwright"), *COMMAND.split()[1:]]
        printed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
        photograph(Path(folder, "models", "flights", "report.html"), Path(folder))
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


def photograph(page: Path, folder: Path) -> None:
    """The page's first screen as docs/images/report.png, in few colours so that it is small."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        print("no Chromium: docs/images/report.png is left as it is")
        return
    size, shot = f"1240,{HEIGHT}", folder / "report.png"
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}",
    ]
    command = [program, *options, f"--window-size={size}", f"--screenshot={shot}", page.resolve().as_uri()]
    subprocess.run(command, check=True, capture_output=True)
    picture = Image.open(shot).convert("RGB").quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.save(ROOT / "docs" / "images" / "report.png", optimize=True)


if __name__ == "__main__":
    main()
