from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt

from mlwright.contracts.records import (
    Candidates,
    Column,
    Finding,
    Measure,
    Member,
    Problem,
    Profile,
    Schema,
    Score,
    Table,
    Target,
    Trial,
    TrialSpec,
    Verdict,
)
from mlwright.report import Card, card, summary
from mlwright.report.markdown import escaped, plain

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TOTAL = Column(name="total", kind="numeric", missing=11, unique=6531, low=18.8, high=8684.8, example=29.85)
COLUMNS = (
    Column(name="id", kind="identifier", unique=7043),
    TOTAL,
    Column(
        name="contract", kind="categorical", unique=3, levels=("Month-to-month", "Two year", "One year"), example="x"
    ),
    Column(name="since", kind="datetime", low=0.0, high=86400.0 * 365, example="1970-05-01"),
    Column(name="senior", kind="boolean", words=("No", "Yes"), low=0.0, high=1.0, example="No"),
    Column(name="country", kind="constant", unique=1),
)
LATE = Finding(
    code="dominant-column", severity="warning", message="Column 'total' alone is strong.", remedy="Check it."
)


def verdict(**changes: Any) -> Verdict:
    score = Score(metric="roc_auc", value=0.8432, low=0.8211, high=0.8644)
    facts: dict[str, Any] = {
        "decision": "ship",
        "reasons": ("Better than always giving the same answer.",),
        "metric": "roc_auc",
        "score": score,
        "scores": (score, Score(metric="accuracy", value=0.8, low=0.79, high=0.81)),
        "baselines": {
            "constant": Score(metric="roc_auc", value=0.5, low=0.5, high=0.5),
            "small tree": Score(metric="roc_auc", value=0.79, low=0.77, high=0.81),
        },
        "method": "Out-of-fold predictions of 5 stratified folds.",
        "rows": 7043,
        "confusion": ((4500, 500), (700, 1343)),
        "findings": (LATE,),
    }
    return Verdict(**(facts | changes))


def facts(columns: tuple[Column, ...] = COLUMNS, trials: int = 3, name: str = "Churn", **changes: Any) -> Card:
    target = Target(name=name, task="binary", classes=("No", "Yes"), counts=(5000, 2043))
    schema = Schema(columns=columns, target=target)
    made = tuple(
        Trial(spec=TrialSpec(id=f"t{i}", learner="lightgbm"), status="done", loss=-0.8, seconds=1.5)
        for i in range(trials)
    )
    failed = Trial(spec=TrialSpec(id="x", learner="linear"), status="crashed", error="killed by | 9")
    candidates = Candidates(
        trials=(*made, failed),
        members=(Member(trial="t0", weight=0.7), Member(trial="t1", weight=0.3)),
        metric="roc_auc",
        metric_reason="It judges every threshold.",
        threshold=0.31,
        slope=1.1,
        difference=3e-7,
        latency=0.042,
        size=3_700_000,
    )
    known: dict[str, Any] = {
        "table": Table(source="churn.csv", rows=7043, holdout=0, sealed="", fingerprint="ab12", schema=schema),
        "problem": Problem(target=name, seed=3),
        "profile": Profile(rows=7043, findings=(LATE,)),
        "candidates": candidates,
        "verdict": verdict(),
        "schema": schema,
        "versions": {"mlwright": "0.1.0", "lightgbm": "4.6.0"},
        "created": "2026-01-01 12:00 UTC",
        "model": "models/churn",
    }
    return Card(**(known | changes))


def shown_text(markdown: str) -> str:
    """What a reader sees: the text of all inline content, without markup."""
    return " ".join(
        "".join(child.content for child in token.children or () if child.type in ("text", "code_inline"))
        for token in MARKDOWN.parse(markdown)
        if token.type == "inline"
    )


def test_the_verdict_stands_first_and_the_number_has_its_interval_and_rivals() -> None:
    page = card(facts())
    assert page.index("Verdict: ship") < page.index("##")
    for words in ("0.8432", "0.8211 to 0.8644", "always the same answer", "a small decision tree", "0.79"):
        assert words in shown_text(page), words


def test_the_column_by_which_rows_counted_is_named_as_such() -> None:
    weighed = shown_text(card(facts(problem=Problem(target="Churn", weight="id"))))
    assert "id (weight): It says how much each row counted, and is no feature." in weighed
    assert "id (identifier): " in shown_text(card(facts()))


def test_a_metric_that_is_none_of_ours_is_told_of_by_its_record() -> None:
    measure = Measure("cost", "cost", "What *errors* cost.", ("binary",), "label", False)
    score = Score(metric="cost", value=0.5, low=0.4, high=0.6)
    judged = verdict(metric="cost", score=score, scores=(score, *verdict().scores), baselines={}, measure=measure)
    page = shown_text(card(facts(verdict=judged)))
    assert "What *errors* cost. (cost; lower is better.)" in page
    assert "cost on 7,043 rows, lower is better" in summary(judged)
    turned = msgspec.structs.replace(judged, measure=msgspec.structs.replace(measure, greater_is_better=True))
    assert "cost on 7,043 rows, higher is better" in summary(turned)


def test_which_way_the_answer_may_go_is_said() -> None:
    bound = shown_text(card(facts(problem=Problem(target="Churn", monotone={"total": "down", "senior": "up"}))))
    assert "With a higher total, the probability of Yes never rises." in bound
    assert "With a higher senior, the probability of Yes never falls." in bound
    assert "All else the same" not in shown_text(card(facts()))


@pytest.mark.parametrize(
    "words",
    [
        "(one of: No, Yes) from 4 columns",
        "It answers Yes where the probability of that is 0.31 or more.",
        "Out-of-fold predictions of 5 stratified folds. It stands on 7,043 rows.",
        "18.8 to 8685",
        "1970-01-01 to 1971-01-01",
        "id (identifier): Its values tell rows apart",
        "country (constant)",
        "It is the weighted mean of 2 models. Its probabilities are calibrated. 4 were tried.",
        "crashed: killed by | 9",
        "3.7 MB",
        "warning Column 'total' alone is strong. Check it.",
        "trained on 7,043 rows of churn.csv",
        "--time COLUMN",
        "on the same rows (the second class is Yes)",
    ],
)
def test_the_card_says(words: str) -> None:
    assert words in shown_text(card(facts()))


def test_a_finding_that_two_stages_report_is_told_once() -> None:
    assert card(facts()).count("alone is strong") == 1


def test_the_same_facts_give_the_same_page() -> None:
    assert card(facts()) == card(facts(versions={"lightgbm": "4.6.0", "mlwright": "0.1.0"}))


def test_long_lists_are_cut_with_a_count() -> None:
    columns = tuple(Column(name=f"n{i}", kind="numeric") for i in range(1000))
    findings = tuple(Finding(code="c", severity="info", message=f"Fact {i}.") for i in range(100))
    page = card(facts(columns, trials=300, profile=Profile(rows=1, findings=findings)))
    assert all(words in page for words in ("and 940 more", "and 281 more", "and 71 more"))
    assert len(page.splitlines()) < 250
    assert "curl" not in page


def test_regression_is_told_as_a_number_with_a_range() -> None:
    target = Target(name="price", task="regression")
    score = Score(metric="rmse", value=12345.6, low=12000, high=13000)
    said = verdict(metric="rmse", score=score, scores=(score,), baselines={"constant": score}, confusion=())
    page = card(facts(schema=Schema(columns=COLUMNS, target=target), verdict=said))
    assert "12,346" in page
    assert "lower is better" in page
    assert "a range that holds the true value" in page
    assert "predict_proba" not in page
    assert "Truth (rows)" not in page


hostile = st.text(st.sampled_from("ab _*`|\\<>[]()#&;~$!-+=.:1\n\t\0\u2028\ud800'\""), min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(hostile)
def test_any_text_is_shown_as_it_is(text: str) -> None:
    shown = plain(text)
    for page in (f"- {escaped(text)}", f"| {escaped(text)} | b |\n| --- | --- |\n| c | {escaped(text)} |"):
        tokens = [t for t in MARKDOWN.parse(page) if t.type == "inline"]
        inside = ["".join(c.content for c in t.children or ()) for t in tokens]
        assert all(c.type in ("text", "text_special") for t in tokens for c in t.children or ())
        assert inside == ([shown, "b", "c", shown] if page.startswith("|") else [shown] if shown else [])


@settings(max_examples=60, deadline=None)
@given(hostile)
def test_hostile_names_change_no_heading_and_no_table(text: str) -> None:
    def shape(page: str) -> list[str]:
        return [t.type for t in MARKDOWN.parse(page) if t.type != "inline"]

    def page(name: str) -> str:
        columns = (Column(name=name, kind="categorical", levels=(name,)), Column(name=name, kind="constant"))
        finding = Finding(code="c", severity="info", message=f"{name} is odd.", remedy=name)
        return card(facts(columns, name=name, profile=Profile(rows=1, findings=(finding,)), model=name))

    hostile_page = page(text)
    assert shape(hostile_page) == shape(page("name"))
    hostile_page.encode()


def test_the_summary_has_the_verdict_the_number_the_rivals_and_why() -> None:
    text = summary(verdict(), "models/churn")
    assert text.startswith("Verdict: SHIP.")
    assert text.index("0.8432") < text.index("a small decision tree") < text.index("Better than always")
    for words in ("0.8211 to 0.8644", "7,043 rows", "Warning: Column 'total'", "models/churn"):
        assert words in text, words


@settings(max_examples=60, deadline=None)
@given(st.lists(hostile, min_size=1, max_size=9), st.sampled_from(["ship", "hold", "refuse"]))
def test_the_summary_is_short_plain_and_narrow(texts: list[str], decision: Any) -> None:
    findings = tuple(Finding(code="c", severity="warning", message=text * 50) for text in texts)
    text = summary(verdict(decision=decision, reasons=tuple(texts), findings=findings))
    assert decision.upper() in text
    assert all(len(line) <= 100 for line in text.splitlines())
    assert len(text.splitlines()) < 80
    text.encode()
