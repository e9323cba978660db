"""TF-IDF in the graph against scikit-learn's TfidfVectorizer."""

from __future__ import annotations

import string

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.steps.text import WordTfidf
from mlwright.testing.steps import run

FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
# Letters with and without case, marks that combine, digits of other scripts, and what parts words.
PIECES = [
    "a",
    "Z",
    "é",
    "É",
    "ß",
    "ж",
    "日",
    "本",
    "ا",
    "İ",
    "7",
    "٣",
    "½",
    "²",
    "_",
    "-",
    "'",
    " ",
    "\n",
    "\t",
    "🙂",
    "e\u0301",
]
words = st.text(st.sampled_from("".join(PIECES)), max_size=14)


def step_and_oracle(train, new, least):
    truth = Truth("regression", np.zeros(len(train)), 0)
    step = WordTfidf(most=100_000, least=least).fit(pl.DataFrame({"s": train}, schema={"s": pl.String}), truth)
    oracle = TfidfVectorizer(
        sublinear_tf=True,
        token_pattern=r"[^\W_]+",
        lowercase=False,
        preprocessor=lambda t: t.translate(FOLD),
        min_df=least,
    ).fit([t or "" for t in train])
    found = run(step, pl.DataFrame({"s": new}, schema={"s": pl.String}))
    expected = oracle.transform([t or "" for t in new]).toarray()
    names = [name for name, _ in step.outputs(["s"])]
    assert sorted(names) == sorted(f"s has {word!r}" for word in oracle.vocabulary_)
    return found, expected[:, [oracle.vocabulary_[w] for w in step._words]]


def test_sentences():
    train = [
        "The cat sat; the CAT ran!",
        None,
        "a dog\tran",
        "",
        "Cats, dogs & a cat's 9 lives",
        "été ÉTÉ 日本 x_y",
        "!!!",
    ] * 3
    new = [*train, "cat cat cat dog", "nothing known", "THE the The", "日本語 日本"]
    found, expected = step_and_oracle(train, new, 3)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@settings(max_examples=80)
@given(st.lists(words, min_size=1, max_size=12), st.lists(words, max_size=6), st.integers(1, 2))
def test_any_text(train, new, least):
    train = [*train, *["anchor"] * least]  # so that there is a word
    found, expected = step_and_oracle(train, train + new, least)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_words_of_the_most_rows_are_kept():
    frame = pl.DataFrame({"s": ["a b c c c c c c", "a b", "a"]})
    step = WordTfidf(most=2, least=1).fit(frame, Truth("regression", np.zeros(3), 0))
    assert [name for name, _ in step.outputs(["s"])] == ["s has 'a'", "s has 'b'"]


def test_a_text_without_words_is_refused():
    with pytest.raises(StepRefusal) as refused:
        WordTfidf().fit(pl.DataFrame({"s": ["a b", "c d", "!", None]}), Truth("regression", np.zeros(4), 0))
    assert refused.value.where == "s"
