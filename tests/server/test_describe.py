"""What the service tells about itself is true, in JSON for machines and escaped for people."""

from __future__ import annotations

import asyncio
import html
import shlex
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from mlwright.bundle import Model, load
from mlwright.contracts.records import Column
from mlwright.server import app
from mlwright.server.page import curl, page

Ask = Callable[..., httpx.Response]
COLUMNS = ["age", "member", "paid", "since", "plan", "note"]


def test_health(ask: Ask) -> None:
    assert ask("GET", "/health").json() == {"status": "ok"}


def test_metadata_says_what_the_model_is(ask: Ask, ask_regressor: Ask, classifier: Model) -> None:
    told = ask("GET", "/metadata").json()
    assert told["name"] == "churn"
    assert told["task"] == "binary"
    assert told["classes"] == ["No", "Yes"]
    assert told["metric"] == "roc_auc"
    assert told["score"] == {"value": 0.8, "interval": [0.7, 0.9]}
    assert told["verdict"] == "ship"
    assert told["versions"] == {"mlwright": "0.1.0"}
    assert told["fingerprint"] == classifier.manifest.fingerprint
    assert [column["name"] for column in told["columns"]] == COLUMNS
    by_name = {column["name"]: column for column in told["columns"]}
    assert by_name["age"] == {"name": "age", "kind": "numeric", "example": 42.0, "range": [18.0, 90.0]}
    assert by_name["plan"]["levels"] == ["basic", "pro"]
    assert ask_regressor("GET", "/metadata").json()["classes"] == []


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def fits(document: dict[str, Any], schema: dict[str, Any], value: Any) -> bool:
    """As much of JSON Schema as the document uses."""
    schema = resolve(document, schema)
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}
    if "oneOf" in schema:
        return sum(fits(document, option, value) for option in schema["oneOf"]) == 1
    if "enum" in schema:
        return value in schema["enum"]
    named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    if not any(numeric if kind == "number" else isinstance(value, kinds[kind]) for kind in named):
        return False
    if isinstance(value, dict):
        known = schema.get("properties", {})
        whole = all(name in value for name in schema.get("required", []))
        return whole and all(fits(document, known[name], cell) for name, cell in value.items() if name in known)
    return not isinstance(value, list) or all(fits(document, schema["items"], item) for item in value)


def test_the_document_fits_what_is_sent_and_answered(ask: Ask, ask_regressor: Ask) -> None:
    for asked in (ask, ask_regressor):
        document = asked("GET", "/openapi.json").json()
        assert document["openapi"].startswith("3.1.")
        assert {"title", "version"} <= document["info"].keys()
        post = document["paths"]["/predict"]["post"]
        content = post["requestBody"]["content"]["application/json"]
        row = content["example"]["rows"][0]
        assert list(row) == COLUMNS
        columns = {"columns": {name: [value, None] for name, value in row.items()}}
        missing = {"rows": [dict.fromkeys(row)]}
        for body in (
            content["example"],
            [row],
            columns,
            missing,
            {"rows": []},
            {"rows": [row | {"plan": "never seen"}]},
        ):
            assert fits(document, content["schema"], body)
            answer = asked("POST", "/predict", json=body)
            assert answer.status_code == 200, answer.text
            assert fits(document, post["responses"]["200"]["content"]["application/json"]["schema"], answer.json())
        for body, status in (({"rows": [row | {"age": []}]}, "422"), ({"rows": [{}]}, "422"), ({}, "422")):
            assert not fits(document, content["schema"], body)
            answer = asked("POST", "/predict", json=body)
            assert answer.status_code == int(status)
            assert fits(document, post["responses"][status]["content"]["application/json"]["schema"], answer.json())


def test_every_reference_of_the_document_leads_somewhere(ask: Ask) -> None:
    document = ask("GET", "/openapi.json").json()

    def walk(part: Any) -> int:
        if isinstance(part, dict):
            if "$ref" in part:
                assert resolve(document, part)
            return ("$ref" in part) + sum(walk(value) for value in part.values())
        return sum(walk(value) for value in part) if isinstance(part, list) else 0

    assert walk(document) > 3


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/absent", 404),
        ("GET", "/predict", 405),
        ("DELETE", "/predict", 405),
        ("POST", "/health", 405),
        ("POST", "/predict/", 404),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/%00", 404),
    ],
)
def test_wrong_ways_are_told_in_json(ask: Ask, method: str, path: str, status: int) -> None:
    answer = ask(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert status != 405 or answer.headers["allow"]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)


def test_the_page_escapes_everything(toys: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nasty = "<script>alert('x')</script>"
    columns = (*toys.COLUMNS[:-1], Column(name=nasty, kind="text", example=nasty))
    schema = toys.schema
    monkeypatch.setattr(toys, "schema", lambda classes: schema(classes, columns))
    toys.toy(tmp_path / "<img src=x>")
    text = page(load(tmp_path / "<img src=x>"), "http://<b>/")
    tags = Tags()
    tags.feed(text)
    assert not tags.seen & {"script", "img"}
    assert text.count("<b>") == 2  # those of the template
    assert html.escape(nasty.replace("'", "'\"'\"'")) in text


def test_the_page_is_served(ask: Ask) -> None:
    answer = ask("GET", "/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http://service/predict" in answer.text


def test_the_line_to_try_it_with_works(classifier: Model, ask: Ask) -> None:
    words = shlex.split(curl(classifier, "http://service/"))
    assert words[:3] == ["curl", "-s", "http://service/predict"]
    answer = ask("POST", words[2].removeprefix("http://service"), content=words[words.index("-d") + 1])
    assert answer.status_code == 200


def test_an_application_can_be_made_inside_a_running_loop(classifier: Model) -> None:
    async def make() -> None:
        app(classifier)

    asyncio.run(make())
