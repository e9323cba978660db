"""Chromium without a window, spoken to through a pipe in the language of its developer tools."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

_QUIET = ("background-networking", "component-update", "sync", "quic", "gpu", "dev-shm-usage")
_SAID = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")


class Browser:
    """One page at a time. ``said`` is what the page wrote to the console since it was opened."""

    def __init__(self, program: str, profile: Path) -> None:
        theirs, self._writes = os.pipe()
        self._reads, answers = os.pipe()

        def wire() -> None:  # Chromium reads commands from 3 and answers on 4
            ends = os.dup(theirs), os.dup(answers)
            for end, place in zip(ends, (3, 4), strict=True):
                os.dup2(end, place)

        options = [
            "--headless",
            "--no-sandbox",
            "--no-first-run",
            "--hide-scrollbars",
            *(f"--disable-{name}" for name in _QUIET),
        ]
        self._process = subprocess.Popen(
            [program, *options, "--remote-debugging-pipe", f"--user-data-dir={profile}"],
            preexec_fn=wire,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        os.close(answers)
        self._count, self._heard, self._rest = 0, [], b""
        self._session: dict[str, str] = {}
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        found = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = {"sessionId": found["sessionId"]}
        for domain in ("Page", "Runtime", "Log"):
            self._ask(f"{domain}.enable")

    def open(self, file: Path, width: int, height: int, dark: bool = False) -> None:
        """Show a file in a window of that size, and wait until it is there."""
        self.resize(width, height, dark)
        self._heard.clear()
        self._ask("Page.navigate", url=file.resolve().as_uri())
        while not any(one.get("method") == "Page.loadEventFired" for one in self._heard):
            self._heard.append(self._read())

    def resize(self, width: int, height: int, dark: bool = False) -> None:
        """Give the window that size and those colours."""
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])

    @property
    def said(self) -> list[dict[str, Any]]:
        return [one for one in self._heard if one.get("method") in _SAID]

    def value(self, expression: str) -> Any:
        """What an expression of the page's script language is."""
        return self._ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def later(self, expression: str) -> Any:
        """What the promise that an expression makes comes to. Raises what it is broken by."""
        given = {"awaitPromise": True, "returnByValue": True}
        answer = self._ask("Runtime.evaluate", expression=expression, **given)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str, seconds: float = 30.0) -> Any:
        """The value of an expression as soon as it is something."""
        deadline = time.monotonic() + seconds
        while not (found := self.value(expression)):
            assert time.monotonic() < deadline, f"nothing came of {expression}; said: {self.said}"
            time.sleep(0.02)
        return found

    def press(self, key: str, code: int) -> None:
        """A key of the keyboard, by its name and number, goes down and up."""
        for kind in ("rawKeyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def close(self) -> None:
        self._session = {}
        self._ask("Browser.close")
        self._process.wait(20)
        os.close(self._writes)
        os.close(self._reads)

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters, **self._session}
        os.write(self._writes, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self._heard.append(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._reads, 1 << 16)
            assert data, "the browser went away"
            self._rest += data
        first, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        return message
