"""The service on a real port."""

from __future__ import annotations

import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from mlwright.contracts.errors import BundleError, InputError
from mlwright.server import serve

START = "import sys; from mlwright.server import serve; serve(sys.argv[1], port=0)"


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_answers_and_stops(toys: ModuleType, tmp_path: Path, stop: signal.Signals) -> None:
    toys.toy(tmp_path / "churn")
    command = [sys.executable, "-c", START, str(tmp_path / "churn")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            lines = [process.stderr.readline() for _ in range(3)]
            found = re.search(r"http://127\.0\.0\.1:\d+/", lines[0])
            assert found
            with httpx.Client(base_url=found[0], timeout=10) as client:
                assert client.get("health").json() == {"status": "ok"}
                words = shlex.split(lines[2])
                answer = client.post(words[2], content=words[-1])
                assert answer.json()["predictions"][0]["prediction"] in ("No", "Yes")
                waits = [client.post(words[2], content=words[-1]).elapsed.total_seconds() for _ in range(10)]
                assert min(waits) < 0.03  # 0.04 is what an answer in two packets waits for its acknowledgement
                assert client.post("predict", content=b"[" * 1000).status_code == 400
                big = client.post("predict", content=b" " * (16 * 2**20 + 1))
                assert big.status_code == 413
            process.send_signal(stop)
            output, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert output == ""
    assert "Traceback" not in errors
    assert process.returncode in (0, -stop)


def test_a_port_in_use_is_told(toys: ModuleType, tmp_path: Path) -> None:
    toys.toy(tmp_path / "churn")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="in use") as caught:
            serve(tmp_path / "churn", port=port)
    assert caught.value.where == f"127.0.0.1:{port}"
    assert "--port" in caught.value.way_out


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70000), ("127.0.0.1", -1), ("192.0.2.1", 0), ("a..b", 0)])
def test_an_address_that_is_none_is_told(toys: ModuleType, tmp_path: Path, host: str, port: int) -> None:
    toys.toy(tmp_path / "churn")
    with pytest.raises(InputError):
        serve(tmp_path / "churn", host, port)


def test_what_is_no_model_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        serve(tmp_path, port=0)
