"""Places are named without what nobody else should read."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from mlwright.contracts import address

WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=("C", "Z")), max_size=12)


@pytest.mark.parametrize(
    ("place", "shown", "name"),
    [
        ("data/x.csv", "data/x.csv", "x.csv"),
        ("-", "-", "-"),
        ("postgresql://ann:pw@h:5/shop", "postgresql://ann:***@h:5/shop", "shop"),
        ("postgresql://ann@h/shop", "postgresql://ann@h/shop", "shop"),
        ("postgresql://h/shop?user=ann&password=p@w", "postgresql://h/shop?user=***&password=***", "shop"),
        (
            "postgresql://h/shop?sslmode=require&sslpassword=pw",
            "postgresql://h/shop?sslmode=require&sslpassword=***",
            "shop",
        ),
        ("postgresql://ann:p/w?p@w@h/shop", "postgresql://ann:***@h/shop", "shop"),
        ("postgresql://ann:p#w@h/shop#orders", "postgresql://ann:***@h/shop#orders", "orders"),
        ("postgresql://h/shop?sslmode=require#orders", "postgresql://h/shop?sslmode=require#orders", "orders"),
        ("postgresql://h/shop?password=p#w", "postgresql://h/shop?password=***#***", "***"),
        ("postgresql://ann:pw@h", "postgresql://ann:***@h", "h"),
        ("sqlite:////a/b@c/x.db", "sqlite:////a/b@c/x.db", "x.db"),
        ("https://h/p/x.csv", "https://h/p/x.csv", "x.csv"),
        ("https://h/p/x%20y.csv?sig=pw&a=pw#pw", "https://h/p/x%20y.csv?***", "x y.csv"),
        ("https://token@h/p/@v1/x.csv", "https://***@h/p/@v1/x.csv", "x.csv"),
        ("https://h/x.csv#pw", "https://h/x.csv#***", "x.csv"),
        ("S3://key:pw@bucket/x.csv", "S3://***@bucket/x.csv", "x.csv"),
    ],
)
def test_what_a_place_is_called(place, shown, name):
    assert address.scrub(place) == shown == address.scrub(shown)
    assert address.last_name(place) == name == address.last_name(shown)
    assert address.scrub_text(f"can't open '{place}', sorry") == f"can't open '{shown}', sorry"
    assert address.scrub_word(f"--test={place}") == f"--test={shown}"


@given(user=WORDS, password=WORDS, rest=st.sampled_from(["h/db", "h:5432/db?sslmode=require", "h"]))
def test_no_password_is_shown_and_none_is_lost(user, password, rest):
    user = quote(user or "u", safe="")
    for written in (quote(password, safe=""), password):
        place = f"postgresql://{user}:{written}@{rest}"
        assert address.scrub(place) == f"postgresql://{user}:***@{rest}"
        if written != password or "%" not in password:
            assert address.split_login(place)[2:] == (password, rest)


@given(login=WORDS, signature=WORDS)
def test_no_signature_is_shown(login, signature):
    login, signature = (word.translate(dict.fromkeys(map(ord, "/?#"))) for word in (login, signature))
    shown = address.scrub(f"https://{login}@host/x.csv?{signature}")
    assert shown == "https://***@host/x.csv?***"


def test_a_place_from_anywhere():
    here = Path.cwd()
    assert address.absolute("x.csv") == str(here / "x.csv")
    assert address.absolute("sqlite:///x.db") == f"sqlite:///{here / 'x.db'}"
    for same in ("-", "", "https://h/x.csv", "postgresql://h/x", "sqlite:////a/x.db", "sqlite://"):
        assert address.absolute(same) == same


def test_what_a_place_is():
    assert address.in_store("s3://b/x.csv") and not address.in_database("s3://b/x.csv")
    assert address.in_database("mysql+pymysql://h/x") and not address.in_store("x.db")
    assert address.is_scrubbed("https://h/x?***") and not address.is_scrubbed("a***b.csv")
