"""TF-IDF in the graph against scikit-learn's TfidfVectorizer, with the root of each count."""

from __future__ import annotations

import re
import string

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings, strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from mlwright.contracts.errors import StepRefusal
from mlwright.contracts.protocols import Truth
from mlwright.steps.text import CharacterTfidf, TextShape, WordTfidf
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


NOTHING = Truth("regression", np.zeros(0), 0)


def fold(text):
    return text.translate(FOLD)


class Rooted(TfidfVectorizer):
    def transform(self, texts):
        return self._tfidf.transform(CountVectorizer.transform(self, texts).sqrt())


def step_and_oracle(train, new, least):
    truth = Truth("regression", np.zeros(len(train)), 0)
    step = WordTfidf(most=100_000, least=least).fit(pl.DataFrame({"s": train}, schema={"s": pl.String}), truth)
    oracle = Rooted(
        token_pattern=r"[^\W_]+",
        lowercase=False,
        preprocessor=lambda t: t.translate(FOLD),
        min_df=least,
    ).fit([t or "" for t in train])
    found = run(step, pl.DataFrame({"s": new}, schema={"s": pl.String}))
    expected = oracle.transform([t or "" for t in new]).toarray()
    names = [name for name, _ in step.outputs(["s"])]
    assert sorted(names) == sorted(f"s has {word!r}" for word in oracle.vocabulary_)
    return found, expected[:, [oracle.vocabulary_[" ".join(w)] for w in step._words]]


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


@pytest.mark.slow
@settings(max_examples=80)
@given(st.lists(words, min_size=1, max_size=12), st.lists(words, max_size=6), st.integers(1, 2))
def test_any_text(train, new, least):
    train = [*train, *["anchor"] * least]  # so that there is a word
    found, expected = step_and_oracle(train, train + new, least)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@settings(max_examples=40)
@given(st.lists(words, min_size=1, max_size=12), st.lists(words, max_size=6))
def test_pairs_of_words(train, new):
    train = [*train, "anchor word"]
    frame = pl.DataFrame({"s": train}, schema={"s": pl.String})
    step = WordTfidf(most=100_000, least=1, longest=2).fit(frame, NOTHING)
    oracle = Rooted(token_pattern=r"[^\W_]+", lowercase=False, preprocessor=fold, ngram_range=(1, 2)).fit(train)
    place = [oracle.vocabulary_[" ".join(w)] for w in step._words]
    assert sorted(place) == list(range(len(oracle.vocabulary_)))
    found = run(step, pl.DataFrame({"s": train + new}, schema={"s": pl.String}))
    np.testing.assert_allclose(found, oracle.transform(train + new).toarray()[:, place], atol=1e-6)


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(words, min_size=1, max_size=12), st.lists(words, max_size=6), st.integers(1, 3))
def test_runs_of_characters(train, new, shortest):
    train = [*train, "anchor"]
    frame = pl.DataFrame({"s": train}, schema={"s": pl.String})
    step = CharacterTfidf(most=100_000, least=1, shortest=shortest, longest=4).fit(frame, NOTHING)
    oracle = Rooted(
        analyzer="char",
        lowercase=False,
        preprocessor=lambda t: f" {fold(t)} ",
        ngram_range=(shortest, 4),
    )
    oracle._white_spaces = re.compile(r"(?!)")  # a run of white space is read as it stands
    oracle.fit(train)
    place = [oracle.vocabulary_["".join(run)] for run in step._runs]
    assert sorted(place) == list(range(len(oracle.vocabulary_)))
    found = run(step, pl.DataFrame({"s": train + new}, schema={"s": pl.String}))
    np.testing.assert_allclose(found, oracle.transform(train + new).toarray()[:, place], atol=1e-6)


def test_a_long_text_is_read_as_far_as_a_thousand_characters():
    frame = pl.DataFrame({"s": ["é" * 5 + "x" * 2000 + "end", "é" * 5 + "x" * 2000, "end"]})
    step = CharacterTfidf(least=1, shortest=3, longest=3).fit(frame, NOTHING)
    long, same, end = run(step, frame)
    np.testing.assert_array_equal(long, same)
    assert end.any()


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(st.text(st.sampled_from("aZé日 7!?.,\n"), max_size=20), min_size=1, max_size=8))
def test_the_shape_of_a_text(new):
    step = TextShape().fit(pl.DataFrame({"s": new}, schema={"s": pl.String}), NOTHING)
    found = run(step, pl.DataFrame({"s": new}, schema={"s": pl.String}))
    for text, row in zip(new, found, strict=True):
        counted = [len(re.findall(p, text)) for p in ("[A-Z]", "[0-9]", r"[.,]", r"\s")]
        terms = len(re.findall(r"[^\W_]+", text))
        size = max(len(text), 1)
        expected = [len(text), terms, len(text) / max(terms, 1), *(c / size for c in counted)]
        np.testing.assert_allclose(row, [*expected, text.count("!"), text.count("?")], rtol=1e-6)


def test_words_of_the_most_rows_are_kept():
    frame = pl.DataFrame({"s": ["a b c c c c c c", "a b", "a"]})
    step = WordTfidf(most=2, least=1).fit(frame, Truth("regression", np.zeros(3), 0))
    assert [name for name, _ in step.outputs(["s"])] == ["s has 'a'", "s has 'b'"]


def test_a_text_without_words_is_refused():
    with pytest.raises(StepRefusal) as refused:
        WordTfidf().fit(pl.DataFrame({"s": ["a b", "c d", "!", None]}), Truth("regression", np.zeros(4), 0))
    assert refused.value.where == "s"
