"""Requests a second and latency of `mlwright serve` for one-row requests, over 1 and 16 kept connections.

    python benchmarks/speed/serving.py BUNDLE [SECONDS]

The service runs in a process of its own on a free port; this process sends the example row that the service publishes,
over bare sockets, so that the client costs little. On a machine with few cores the two still share them.

Needs: a bundle, as `mlwright train` writes it.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
import urllib.request

SERVE = "import sys; from mlwright.server import serve; serve(sys.argv[1], port=0)"


def main(bundle: str, seconds: float) -> None:
    command = [sys.executable, "-c", SERVE, bundle]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            first_line = process.stderr.readline() if process.stderr else ""
            if "http://" not in first_line:
                raise SystemExit(first_line + (process.stderr.read() if process.stderr else ""))
            url = first_line.split()[-1]
            host, port = url.removeprefix("http://").rstrip("/").split(":")
            request = example(url)
            print(f"{'connections':>11} {'requests/s':>10} {'median ms':>9} {'p99 ms':>7}")
            for connections in (1, 16):
                asyncio.run(load(host, int(port), request, connections, 0.5))  # warm up
                times = asyncio.run(load(host, int(port), request, connections, seconds))
                median, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
                print(f"{connections:>11} {len(times) / seconds:>10.0f} {median * 1e3:>9.3f} {p99 * 1e3:>7.3f}")
        finally:
            process.terminate()


def example(url: str) -> bytes:
    """The bytes of a request with the row that the service gives as its example."""
    with urllib.request.urlopen(url + "openapi.json") as answer:
        post = json.load(answer)["paths"]["/predict"]["post"]
    body = json.dumps(post["requestBody"]["content"]["application/json"]["example"]).encode()
    lines = ("POST /predict HTTP/1.1", "Host: bench", "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


async def load(host: str, port: int, request: bytes, connections: int, seconds: float) -> list[float]:
    """Seconds of every request that ended within ``seconds``."""
    end = time.perf_counter() + seconds
    parts = await asyncio.gather(*(one(host, port, request, end) for _ in range(connections)))
    return [taken for part in parts for taken in part]


async def one(host: str, port: int, request: bytes, end: float) -> list[float]:
    """One connection that sends a request, waits for its answer, and again."""
    reader, writer = await asyncio.open_connection(host, port)
    times = []
    while (start := time.perf_counter()) < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(int(length.split(b":")[1]))
        times.append(time.perf_counter() - start)
    writer.close()
    await writer.wait_closed()
    return times


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 5.0)
