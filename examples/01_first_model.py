"""From a table to a model that answers over HTTP, with nothing but the commands you would type yourself.

Which flights out of New York land late? A model learns from January to November, is judged on the way and then on
December, and answers for one December flight as a service. Everything is left in the folder demo/ to look at.

    python examples/01_first_model.py       (or: make demo)
"""

from __future__ import annotations

import csv
import json
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from flights import write

MLWRIGHT = Path(sys.executable).with_name("mlwright")
FOLDER = Path("demo")
WAIT = 60.0  # seconds for the service to come up


def tell(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}", flush=True)


def mlwright(command: str) -> None:
    """Show a command and run it; end the demo with its exit code if it fails."""
    print(f"$ mlwright {command}", flush=True)
    done = subprocess.run([MLWRIGHT, *shlex.split(command)], cwd=FOLDER, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def first_row(path: Path) -> dict[str, Any]:
    """The first row of a CSV file as a client would send it: numbers as numbers, missing as null, no answer."""
    with path.open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    return {name: as_json(value) for name, value in row.items() if name != "late"}


def as_json(text: str) -> Any:
    if text in ("", "NA"):
        return None
    try:
        return float(text)
    except ValueError:
        return text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(service: subprocess.Popen[bytes], address: str) -> None:
    """Return when the service answers; end the demo if it does not within ``WAIT`` seconds."""
    deadline = time.monotonic() + WAIT
    while service.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=1):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise SystemExit("the service did not come up")


def ask(address: str, body: str) -> str:
    """The service's answer to one request."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/predict", body.encode(), headers)
    with urllib.request.urlopen(request, timeout=WAIT) as answer:
        return json.dumps(json.load(answer), indent=2)


def serve_one_row(row: dict[str, Any]) -> None:
    """Start the service, ask it, stop it."""
    port = free_port()
    address, body = f"http://127.0.0.1:{port}", json.dumps({"rows": [row]})
    command = f"serve models/flights --port {port}"
    print(f"$ mlwright {command}", flush=True)
    with (FOLDER / "service.log").open("wb") as log:
        service = subprocess.Popen([MLWRIGHT, *shlex.split(command)], cwd=FOLDER, stdout=log, stderr=log)
        try:
            wait_for(service, address)
            print(f"$ curl {address}/predict -H 'Content-Type: application/json' -d {shlex.quote(body)}")
            print(ask(address, body), flush=True)
        finally:
            service.terminate()
            service.wait(WAIT)


def main() -> None:
    """The whole demo."""
    known, new = write(FOLDER)
    tell("Flights of 2013 out of New York, with their weather and aircraft. `late`: more than 15 minutes at arrival.")
    print("\n".join(known.read_text("utf-8").splitlines()[:4]))

    tell("1. Train within 20 seconds. Flights of one day share its weather, so the folds keep the order of time.")
    mlwright("train flights.csv --target late --time departure --budget 20s")

    tell("2. December was not in the table. Does the number hold?")
    mlwright("evaluate models/flights december.csv")

    tell("3. Serve the model, and ask about one flight of December.")
    serve_one_row(first_row(new))

    tell(f"Done. The model is {FOLDER / 'models' / 'flights'}: open its report.html; serve it anywhere as it is.")


if __name__ == "__main__":
    main()
