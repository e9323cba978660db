"""What is alike lies near, known or not; the reduction is the truncated SVD of what the graph counts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.steps.topics import Similar, Topics
from mlwright.testing.steps import run

NOTHING = Truth("regression", np.zeros(0), 0)
TEXTS = [f"{a} {b} {c}" for a in ("late", "lost", "broken") for b in ("parcel", "letter") for c in ("again", "now", "")]
UNEVEN = [*TEXTS[:7], *TEXTS[3:5], *TEXTS[12:]]  # else directions are as strong as each other
TITLES = [
    f"{rank}{craft} {number}"
    for craft in ("officer", "engineer", "librarian", "nurse")
    for rank in ("", "senior ", "chief ", "assistant ")
    for number in ("I", "II", "III")
]


def frame(texts):
    return pl.DataFrame({"s": texts}, schema={"s": pl.String})


def near(one, two):
    return float(one @ two / np.linalg.norm(one) / np.linalg.norm(two))


def test_topics_span_what_a_truncated_svd_spans():
    step = Topics(parts=4, least=1).fit(frame(UNEVEN), NOTHING)
    counted = TfidfVectorizer(token_pattern=r"[^\W_]+").fit_transform(UNEVEN)
    oracle = TruncatedSVD(4, algorithm="arpack", random_state=0).fit_transform(counted)
    found = run(step, frame(UNEVEN))
    # the same plane, whatever the directions in it: distances in it agree, but for one scale
    ours, theirs = found @ found.T, oracle @ oracle.T
    np.testing.assert_allclose(ours / ours.max(), theirs / theirs.max(), atol=1e-3)


def test_a_level_never_seen_lies_near_those_that_are_written_alike():
    step = Similar(parts=8, most=500, least=1).fit(frame(TITLES), NOTHING)
    new, kin, other = run(step, frame(["head librarian", "senior librarian I", "nurse II"]))
    assert near(new, kin) > near(new, other) + 0.3


def test_a_level_that_is_looked_up_equals_itself_read_by_its_characters():
    table = Similar(parts=8, known=len(TITLES), least=1).fit(frame(TITLES), NOTHING)
    letters = Similar(parts=8, known=1, least=1).fit(frame(TITLES), NOTHING)
    np.testing.assert_allclose(run(table, frame(TITLES)), run(letters, frame(TITLES)), atol=1e-5)


def test_missing_is_zero():
    step = Similar(parts=3, least=1).fit(frame([*TITLES, None]), NOTHING)
    assert not run(step, frame([None, ""])).any()


@pytest.mark.parametrize("step", [Topics(), Similar(), Topics(unit="characters")])
@pytest.mark.parametrize("texts", [[None] * 5, ["a"], []])
def test_what_has_no_directions_is_refused(step, texts):
    with pytest.raises(StepRefusal):
        step.fit(frame(texts), NOTHING)
