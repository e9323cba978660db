"""Files behind http and in an object store: fetched whole, read as a file of the same name, and gone afterwards."""

from __future__ import annotations

import gzip
import resource
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import polars as pl
import pytest

from mlwright import frames
from mlwright.contracts.errors import InputError

AB = b"a,b\n1,2\n"


class Server:
    """What lies where (path -> content, or a status), with types by path, and the requests that came."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | int] = {}
        self.types: dict[str, str] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._answer(body=False)

            def do_GET(self) -> None:
                self._answer(body=True)

            def _answer(self, body: bool) -> None:
                outer.seen.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
                path = unquote(urlsplit(self.path).path)
                content = outer.files.get(path, 404)
                if isinstance(content, int):
                    self.send_response(content)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(200)
                promised = len(content) + (100 if path.endswith("torn.csv") else 0)
                for key, value in (
                    ("Content-Length", str(promised)),
                    ("Content-Type", outer.types.get(path, "application/octet-stream")),
                    ("ETag", '"1"'),
                    ("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT"),
                    ("Connection", "close"),
                ):
                    self.send_header(key, value)
                self.end_headers()
                if body:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[Server]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    running = Server()
    yield running
    running.stop()
    assert list(tmp_path.glob("mlwright-*")) == []  # what was fetched is gone


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/x.csv", AB, ""),
        ("/a%20folder/x.csv.gz?sig=s3cret&part=1", gzip.compress(AB), ""),
        ("/export?format=csv", AB, "text/csv; charset=utf-8"),
        ("/export", b"a\tb\n1\t2\n", "text/tab-separated-values"),
    ],
)
def test_a_file_behind_http_is_read(server, path, content, kind):
    plain = unquote(urlsplit(path).path)
    server.files[plain], server.types[plain] = content, kind or "text/plain"
    assert frames.fetch(server.url + path).to_dicts() == [{"a": "1", "b": "2"}]
    assert {asked for asked, _ in server.seen} == {path}


def test_a_login_in_the_address_is_sent(server):
    server.files["/x.csv"] = AB
    assert frames.fetch(f"http://ann:s3cret@{server.host}/x.csv").height == 1
    assert all(headers["authorization"].startswith("Basic ") for _, headers in server.seen)


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("/nowhere.csv", 404, "no such file"),
        ("/x.csv", 401, "denied"),
        ("/x.csv", 403, "denied"),
        ("/x.csv", 503, "status 503"),
        ("/torn.csv", AB, "can't be fetched"),
        ("/x.csv", b"", "empty"),
        ("/x.parquet", b"PAR1" * 9, "Parquet"),
    ],
)
def test_what_can_not_be_fetched_is_told_without_its_signature(server, path, content, told):
    server.files[path] = content
    with pytest.raises(InputError) as caught:
        frames.fetch(f"http://ann:s3cret@{server.host}{path}?sig=s3cret")
    error = caught.value
    assert told in error.what and error.way_out and error.where == f"http://***@{server.host}{path}?***"
    assert "s3cret" not in f"{error}{error.__cause__}"


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("http://127.0.0.1:1/x.csv", "can't be fetched"),
        ("https://no-such-host.invalid/x.csv", "can't be fetched"),
        ("http://***@localhost/x.csv?***", "credentials"),
        ("az://bucket/x.csv", "not installed"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(place, told):
    with pytest.raises(InputError) as caught:
        frames.fetch(place)
    assert told in caught.value.what and caught.value.way_out and caught.value.where == place


def test_http_where_https_is_asked_for_is_told(server):
    with pytest.raises(InputError, match="can't be fetched"):
        frames.fetch(f"https://{server.host}/x.csv")


def test_a_full_disk_is_told(server):
    server.files["/x.csv"] = b"a\n" + b"1234567\n" * 100_000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(InputError, match="no room") as caught:
            frames.fetch(f"{server.url}/x.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert "TMPDIR" in caught.value.way_out


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError) as caught:
        frames.fetch("https://localhost/x.csv")
    assert "pip install 'mlwright[cloud]'" in caught.value.way_out


@pytest.fixture
def bucket(server, monkeypatch) -> Server:
    """A server that answers for a bucket as S3 does: s3fs asks for the head of an object, then for the object."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "ann"),
        ("AWS_SECRET_ACCESS_KEY", "s3cret"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL", server.url),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("NO_PROXY", "127.0.0.1"),
    ):
        monkeypatch.setenv(name, value)
    return server


@pytest.mark.slow
def test_an_object_in_a_bucket_is_read(bucket):
    bucket.files["/shop/2026/orders.csv"] = AB
    assert frames.fetch("s3://shop/2026/orders.csv").to_dicts() == [{"a": "1", "b": "2"}]
    assert all("ann" in headers["authorization"] for _, headers in bucket.seen)


@pytest.mark.slow
@pytest.mark.parametrize(("content", "told"), [(404, "no such file"), (403, "denied")])
def test_an_object_that_can_not_be_read_is_told(bucket, content, told):
    bucket.files["/shop/orders.csv"] = content
    with pytest.raises(InputError, match=told) as caught:
        frames.fetch("s3://shop/orders.csv")
    assert caught.value.where == "s3://shop/orders.csv" and caught.value.way_out


def test_a_table_fetched_in_batches_is_the_same(server, tmp_path):
    frame = pl.DataFrame({"a": range(1000), "b": ["x", "y"] * 500})
    frame.write_parquet(tmp_path / "x.parquet")
    server.files["/x.parquet"] = Path(tmp_path / "x.parquet").read_bytes()
    batches = list(frames.batches(f"{server.url}/x.parquet", 300))
    assert [batch.height for batch in batches] == [300, 300, 300, 100]
    assert pl.concat(batches).equals(frames.fetch(f"{server.url}/x.parquet"))
