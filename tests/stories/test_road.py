"""The road as a user walks it: from a table to a model that is judged, used, checked and served."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Typed = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = [pytest.mark.story, pytest.mark.slow]


def test_train_tells_what_it_came_to(trained: Path, typed: Typed, bad_inputs: ModuleType) -> None:
    said = typed(trained, "resume", *(str(run) for run in (trained / "runs").iterdir())).stdout
    assert re.match(r"Verdict: (SHIP|HOLD|REFUSE)", said)
    assert "Model:  models/churn" in said
    assert "Report: models/churn/report.html" in said
    assert "mlwright predict models/churn" in said
    assert "mlwright serve models/churn" in said


def test_json_is_one_object_with_all_that_was_agreed(trained: Path, typed: Typed) -> None:
    (run,) = (trained / "runs").iterdir()
    done = typed(trained, "resume", str(run.relative_to(trained)), "--json")
    told = json.loads(done.stdout)
    assert set(told) == {"model", "run", "metric", "score", "interval", "verdict", "findings", "seconds"}
    assert told["model"] == "models/churn"
    assert told["run"] == f"runs/{run.name}"
    assert told["interval"][0] <= told["score"] <= told["interval"][1]
    assert done.stderr == ""


def test_predict_answers_every_row_in_its_order(place: Path, typed: Typed) -> None:
    typed(place, "predict", "models/churn", "new.csv", "-o", "all.csv")
    with (place / "all.csv").open(newline="") as file:
        whole = list(csv.DictReader(file))
    lines = (place / "new.csv").read_text().splitlines()
    assert len(whole) == len(lines) - 1
    assert list(whole[0]) == ["prediction", "probability_no", "probability_yes"]
    (place / "turned.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]))
    told = json.loads(typed(place, "predict", "models/churn", "turned.csv", "-o", "turned.jsonl", "--json").stdout)
    turned = [json.loads(line) for line in (place / "turned.jsonl").read_text().splitlines()]
    assert told["rows"] == len(turned)
    assert [row["prediction"] for row in reversed(turned)] == [row["prediction"] for row in whole]
    for one, other in zip(whole, reversed(turned), strict=True):
        assert float(one["probability_yes"]) == pytest.approx(other["probability_yes"], abs=1e-6)


def test_evaluate_judges_on_new_rows_beside_the_verdict(trained: Path, typed: Typed) -> None:
    told = json.loads(typed(trained, "evaluate", "models/churn", "new.csv", "--json").stdout)
    verdict = json.loads((trained / "models" / "churn" / "evaluation.json").read_text())
    assert told["metric"] == verdict["metric"]
    assert told["promised"]["score"] == verdict["score"]["value"]
    assert {s["metric"] for s in told["scores"]} == {s["metric"] for s in verdict["scores"]}
    assert told["holds"] is True  # the new rows come from where the old ones came from
    assert "It holds: " in typed(trained, "evaluate", "models/churn", "new.csv").stdout


def test_verify_knows_the_whole_from_the_changed(place: Path, typed: Typed) -> None:
    told = json.loads(typed(place, "verify", "models/churn", "--json").stdout)
    assert told["ok"] is True
    assert told["manifest"]["difference"] <= 1e-5
    card = place / "models" / "churn" / "card.md"
    card.write_bytes(card.read_bytes()[:-1] + b"!")
    assert "card.md: this file was changed" in typed(place, "verify", "models/churn", code=2).stderr


def test_serve_answers_as_predict_does(
    trained: Path, typed: Typed, started: Callable[..., Any], tmp_path: Path
) -> None:
    typed(trained, "predict", "models/churn", "new.csv", "-o", str(tmp_path / "scored.jsonl"))
    scored = [json.loads(line) for line in (tmp_path / "scored.jsonl").read_text().splitlines()]
    with (trained / "new.csv").open(newline="") as file:
        rows = [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]
    for row in rows:
        row["age"] = None if row["age"] == "n/a" else float(row["age"])
        row["spent"] = float(row["spent"])
    service = started(trained, "serve", "models/churn", "--port", "0")
    address = re.search(r"http://127\.0\.0\.1:\d+/", service.stderr.readline())
    assert address
    body = json.dumps({"rows": rows}).encode()
    request = urllib.request.Request(address[0] + "predict", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        predictions = json.load(answer)["predictions"]
    assert [p["prediction"] for p in predictions] == [s["prediction"] for s in scored]
    for one, other in zip(predictions, scored, strict=True):
        assert one["probabilities"]["yes"] == pytest.approx(other["probability_yes"], abs=1e-6)
    service.send_signal(signal.SIGTERM)
    assert service.wait(10) == 0


@pytest.mark.alone
def test_a_budget_is_kept_and_counts_from_the_start_of_the_process(place: Path, typed: Typed) -> None:
    started = time.monotonic()
    done = typed(place, "train", "churn.csv", "--target", "Churn", "--budget", "15s", "--out", "m", "--json")
    wall = time.monotonic() - started
    told = json.loads(done.stdout)["seconds"]
    assert told <= 15.0
    assert wall - 1.5 <= told <= wall


def test_a_problem_file_says_what_options_say_and_options_win(place: Path, typed: Typed) -> None:
    text = 'target = "Chrun"\nmetric = "log_loss"\nbudget = "30s"\ntrials = 1\nseed = 1\nmax_size = "5MB"\n'
    (place / "problem.toml").write_text(text)
    words = ["train", "churn.csv", "--problem", "problem.toml", "--target", "Churn", "--out", "m", "--json"]
    told = json.loads(typed(place, *words).stdout)
    assert told["metric"] == "log_loss"
    verdict = json.loads((place / "m" / "evaluation.json").read_text())["decision"]
    assert told["verdict"] == verdict


def test_strict_tells_by_the_exit_code_that_a_model_should_not_ship(
    place: Path, bad_inputs: ModuleType, typed: Typed
) -> None:
    noise = [[*row[:5], "yes" if i * 7919 % 13 < 6 else "no"] for i, row in enumerate(bad_inputs.rows())]
    bad_inputs.write(place / "noise.csv", noise)
    words = ["train", "noise.csv", "--target", "Churn", "--trials", "1", "--strict", "--json"]
    told = json.loads(typed(place, *words, code=3).stdout)
    assert told["verdict"] in ("hold", "refuse")
    (run,) = (run for run in (place / "runs").iterdir() if "noise" in run.name)
    typed(place, "resume", str(run), code=0)
    typed(place, "resume", str(run), "--strict", code=3)
