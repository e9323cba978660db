"""POST /predict: right rows get the model's answers, anything else a clear refusal, and nothing ever breaks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings, strategies as st

from mlwright.bundle import Model
from mlwright.server import app

Ask = Callable[..., httpx.Response]

ROW = {"age": 42, "member": True, "paid": "yes", "since": "2024-03-01", "plan": "pro", "note": "called"}
NAMES = tuple(ROW)


def predict(ask: Ask, body: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask("POST", "/predict", content=content)


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error: dict[str, Any] = answer.json()["error"]
    assert error["message"]
    assert "Traceback" not in answer.text
    return error


cells = {
    "age": st.none() | st.integers(-1000, 1000) | st.floats(-1e9, 1e9),
    "member": st.none() | st.booleans(),
    "paid": st.none() | st.sampled_from(["yes", "no"]),
    "since": st.none() | st.sampled_from(["2024-03-01", "1999-12-31T23:59:59"]),
    "plan": st.none() | st.sampled_from(["basic", "pro", "never seen"]),
    "note": st.none() | st.text(st.characters(codec="utf-8"), max_size=5),
}
tables = st.lists(st.fixed_dictionaries(cells, optional={"extra": st.integers()}), max_size=5)


@given(table=tables)
def test_every_shape_gets_the_models_own_answers(
    ask: Ask, ask_regressor: Ask, classifier: Model, regressor: Model, table: list[Any]
) -> None:
    columns = {name: [row[name] for row in table] for name in NAMES}
    for asked, model in ((ask, classifier), (ask_regressor, regressor)):
        expected = {"predictions": model.predict_rows(table)}
        for body in ({"rows": table}, {"rows": table, "id": 7}, table, {"columns": columns}):
            answer = predict(asked, body)
            assert answer.status_code == 200
            assert answer.json() == expected


def test_no_rows_are_no_predictions(ask: Ask, ask_regressor: Ask) -> None:
    for asked in (ask, ask_regressor):
        for body in ([], {"rows": []}, {"columns": {}}, {"columns": {name: [] for name in NAMES}}):
            assert predict(asked, body).json() == {"predictions": []}


def test_one_answer_looks_like_this(ask: Ask, ask_regressor: Ask) -> None:
    [answer] = predict(ask, [ROW]).json()["predictions"]
    assert answer["prediction"] == "Yes"
    assert set(answer["probabilities"]) == {"No", "Yes"}
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-6)
    [answer] = predict(ask_regressor, [ROW]).json()["predictions"]
    assert answer["lower"] < answer["prediction"] < answer["upper"]


def test_all_problems_are_told_with_their_places(ask: Ask) -> None:
    rows = [ROW | {"age": "old", "member": [1]}, ROW, {k: v for k, v in ROW.items() if k != "plan"} | {"plam": "pro"}]
    error = refused(predict(ask, rows), 422)
    places = {(p["row"], p["column"]) for p in error["problems"]}
    assert places == {(0, "age"), (0, "member"), (2, "plan")}
    assert "plam" in next(p["message"] for p in error["problems"] if p["column"] == "plan")


@pytest.mark.parametrize("name", ["age", "member", "paid", "since"])
@pytest.mark.parametrize("value", [[1], {"a": 1}, [], {}])
def test_nested_values_are_told(ask: Ask, name: str, value: Any) -> None:
    [problem] = refused(predict(ask, [ROW, ROW | {name: value}]), 422)["problems"]
    assert (problem["row"], problem["column"]) == (1, name)


def test_a_nested_value_among_texts_is_its_text(ask: Ask) -> None:
    """As in training, where a nested column is read as text."""
    answer = predict(ask, [ROW | {"plan": ["pro"]}, ROW | {"plan": "never seen"}])
    first, second = answer.json()["predictions"]
    assert first == second


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [10**400, -(10**400), 10**25, True, 0, "", "\0", "x" * 1000, 1e308, "1e999"])
def test_odd_values_are_answered_or_told(ask: Ask, name: str, value: Any) -> None:
    answer = predict(ask, [ROW | {name: value}])
    if answer.status_code == 200:
        assert set(answer.json()["predictions"][0]["probabilities"]) == {"No", "Yes"}
    else:
        [problem] = refused(answer, 422)["problems"]
        assert (problem["row"], problem["column"]) == (0, name)
        assert len(problem["message"]) < 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{",
        b"[1,]",
        b"{'a': 1}",
        b"[{}] []",
        b'{"rows": [{"age": NaN}]}',
        b'{"rows": [{"age": Infinity}]}',
        b'{"rows": [{"age": -Infinity}]}',
        b'{"rows": [{"age": 1e999}]}',
        b'{"rows": [{"age": 1' + b"0" * 5000 + b"}]}",
        b'{"rows": [{"note": "\\ud800"}]}',
        b'{"rows": [{"note": "\xff"}]}',
        b"\xef\xbb\xbf[]",
        b'"\xed\xa0\x80"',
        b"[" * 100_000,
        b'{"rows":' * 50_000,
        b"\x00" * 10,
        b"\x1f\x8b\x08\x00gzip",
        b"rows=1&a=2",
    ],
)
def test_what_is_not_json_is_a_400(ask: Ask, body: bytes) -> None:
    refused(predict(ask, body), 400)


def test_malformed_json_is_located(ask: Ask) -> None:
    assert "byte 12" in refused(predict(ask, b'{"rows": [1 }'), 400)["message"]
    assert "byte 14" in refused(predict(ask, b'{"rows": ["ab\xff"]}'.replace(b"ab", b"abc")), 400)["message"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        1,
        "rows",
        True,
        {},
        {"row": [ROW]},
        {"rows": None},
        {"rows": ROW},
        {"rows": [1, None, "a", []]},
        {"columns": []},
        {"columns": {"age": 1}},
        {"columns": {"age": [1, 2], "plan": ["a"]}},
        {"columns": {"unknown": [1]}},
        {"rows": [], "columns": {}},
        [[]],
        [None],
        ROW,
    ],
)
def test_what_is_no_table_is_a_422(ask: Ask, body: Any) -> None:
    refused(predict(ask, body), 422)


def test_shapes_are_told_with_their_places(ask: Ask) -> None:
    error = refused(predict(ask, {"rows": [ROW, 1, None]}), 422)
    assert [p["row"] for p in error["problems"]] == [1, 2]
    error = refused(predict(ask, {"columns": {"age": [1, 2], "plan": ["a"], "note": "x"}}), 422)
    assert [p["column"] for p in error["problems"]] == ["note"]
    error = refused(predict(ask, {"columns": {"age": [1, 2], "plan": ["a"]}}), 422)
    assert [p["column"] for p in error["problems"]] == ["plan"]
    assert "did you mean 'rows'" in refused(predict(ask, {"row": []}), 422)["message"]


def test_the_last_of_two_equal_keys_counts(ask: Ask) -> None:
    twice = json.dumps({"rows": [ROW]}).replace('"age": 42', '"age": "x", "age": 42').encode()
    assert predict(ask, twice).json() == predict(ask, {"rows": [ROW]}).json()


def test_limits_are_kept(limited: Ask) -> None:
    assert predict(limited, [ROW] * 5).status_code == 200
    assert "rows" in refused(predict(limited, [{}] * 6), 413)["message"]
    assert "rows" in refused(predict(limited, {"columns": {"age": [1] * 6}}), 413)["message"]
    assert "body" in refused(predict(limited, b" " * 2001), 413)["message"]
    assert len(refused(predict(limited, [{}]), 422)["problems"]) == 3
    assert len(refused(predict(limited, [1] * 5), 422)["problems"]) == 3


def test_a_body_is_counted_while_it_comes(limited: Ask) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 500
            yield b" " * 500

    answer = limited("POST", "/predict", content=endless())
    assert refused(answer, 413)
    assert answer.headers["connection"] == "close"
    assert sent <= 4 * 2000 + 1000


@pytest.mark.parametrize("length", ["999999999", "9" * 18, "9" * 5000])
def test_a_body_announced_as_too_long_is_not_awaited(classifier: Model, length: str) -> None:
    async def receive() -> dict[str, Any]:
        raise AssertionError("the body was asked for")

    status = asyncio.run(exchange(classifier, receive, {"content-length": length}))
    assert status == 413


def test_a_slow_sender_is_not_awaited_forever(limited: Ask) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"["
        await asyncio.sleep(5)
        yield b"]"

    refused(limited("POST", "/predict", content=slow()), 408)


def test_a_sender_that_goes_away_breaks_nothing(classifier: Model) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    assert asyncio.run(exchange(classifier, receive, {})) == 400


async def exchange(model: Model, receive: Callable[[], Any], headers: dict[str, str]) -> int:
    """One request to /predict on the bare protocol; the status."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/predict",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await app(model)(scope, receive, send)
    status: int = sent[0]["status"]
    return status


def test_big_bodies_do_not_hold_up_small_ones(
    toys: ModuleType, classifier: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a big request is being scored, a small one is answered."""
    answered: list[str] = []
    rows = classifier.predict_rows

    def slow(table: Any) -> Any:
        if len(table) > 1:
            while "small" not in answered:
                pass
        return rows(table)

    monkeypatch.setattr(classifier, "predict_rows", slow)
    transport = httpx.ASGITransport(app(classifier))

    async def both() -> None:
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:

            async def one(name: str, table: list[Any]) -> None:
                answer = await client.post("/predict", json=table)
                assert len(answer.json()["predictions"]) == len(table)
                answered.append(name)

            await asyncio.wait_for(asyncio.gather(one("big", [ROW] * 500), one("small", [ROW])), 30)

    asyncio.run(both())
    assert answered == ["small", "big"]


def test_a_bug_is_told_without_its_inside(
    classifier: Model, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(table: Any) -> Any:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(classifier, "predict_rows", broken)
    transport = httpx.ASGITransport(app(classifier), raise_app_exceptions=False)

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.post("/predict", json=[ROW])

    answer = asyncio.run(send())
    refused(answer, 500)
    assert "secret" not in answer.text
    assert "secret inside" in caplog.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.integers(-(10**400), 10**400),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=15,
)
odd_rows = st.fixed_dictionaries({}, optional={name: strategy | json_values for name, strategy in cells.items()})
bodies = (
    json_values
    | st.lists(odd_rows | json_values, max_size=4)
    | st.fixed_dictionaries({"rows": st.lists(odd_rows, max_size=4) | json_values})
    | st.fixed_dictionaries({"columns": st.dictionaries(st.sampled_from(NAMES), st.lists(json_values, max_size=3))})
)


@pytest.mark.slow
@settings(max_examples=400)
@given(body=bodies)
@example(body=[ROW | {"age": 10**400}])
def test_no_json_breaks_it(ask: Ask, body: Any) -> None:
    answer = predict(ask, body)
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code != 200:
        refused(answer, answer.status_code)


@settings(max_examples=200)
@given(data=st.data())
def test_no_bytes_break_it(ask: Ask, data: st.DataObject) -> None:
    body = bytearray(json.dumps({"rows": [ROW, ROW]}).encode())
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    answer = predict(ask, bytes(body))
    assert answer.status_code in (200, 400, 422), answer.text
