"""Where data is, as people write it: a path or a URL. Here is told what of it may be written down.

A URL may hold a password, a key or a signature. Whatever is written, printed or raised names a place by ``scrub``;
only who opens it sees the rest.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode

HIDDEN = "***"
STORES = ("http", "https", "s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")  # a file is fetched from them whole
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"`<>]+")
# The parameters of a database's URL that are known to hold no secret; all others are hidden.
_OPEN = ("application_name", "charset", "connect_timeout", "driver", "host", "options", "port", "sslmode")


def scheme(place: str) -> str:
    """What stands before "://", in lower case; "" for a path."""
    found = _SCHEME.match(place)
    return "" if found is None else found[1].lower()


def in_store(place: str) -> bool:
    """Whether this is the URL of a file that has to be fetched."""
    return scheme(place) in STORES


def in_database(place: str) -> bool:
    """Whether this is the URL of a database: any that is not of a file."""
    return scheme(place) not in ("", *STORES)


def split_login(place: str) -> tuple[str, str | None, str | None, str]:
    """The URL of a database as (scheme, user, password, rest), both decoded, None where not given.

    The login ends at the last "@", so that a password may hold "@", "/" and "?" as they are.
    """
    found = _SCHEME.match(place)
    if found is None:
        return "", None, None, place
    user, password, rest = _login(found[2])
    return found[1], user and unquote(user), None if password is None else unquote(password), rest


def split_table(place: str) -> tuple[str, str]:
    """The address of a database and the table that is named behind its "#" ("" where none is)."""
    head, _, table = place.rpartition("#")
    return (head, table) if head and not re.search("[/@]", table) else (place, "")


def scrub(place: str) -> str:
    """The same without credentials: no password of a database (its user stays), and of a file's URL neither login nor
    what stands behind "?". Where something was left out there is HIDDEN. A path is returned as it is."""
    found = _SCHEME.match(place)
    if found is None:
        return place
    name, rest = found[1], found[2]
    if in_store(place):
        rest, mark, _ = _cut(rest)
        host, slash, path = rest.partition("/")
        host = f"{HIDDEN}@{host.rpartition('@')[2]}" if "@" in host else host
        return f"{name}://{host}{slash}{path}{mark and mark + HIDDEN}"
    user, password, rest = _login(rest)
    login = "" if user is None else f"{user}@" if password is None else f"{user}:{HIDDEN}@"
    rest, mark, parameters = rest.partition("?")
    parameters, hash_mark, table = parameters.partition("#")
    shown = _opened(parameters)
    behind = hash_mark + (HIDDEN if HIDDEN in shown and table else table)  # a secret may hold a "#"
    return f"{name}://{login}{rest}{mark}{shown}{behind}"


def scrub_word(word: str) -> str:
    """A word of a command line, as "--test=URL" or "orders=URL", with the URL in it scrubbed."""
    found = re.search(r"[A-Za-z][A-Za-z0-9+.-]*://", word)
    return word if found is None else word[: found.start()] + scrub(word[found.start() :])


def scrub_text(text: str) -> str:
    """A text, as a message of a library, with every URL in it scrubbed."""
    return _IN_TEXT.sub(lambda found: scrub(found[0]), text)


def is_scrubbed(place: str) -> bool:
    """Whether something was left out of this URL that opening it may need."""
    return scheme(place) != "" and HIDDEN in place


def absolute(place: str) -> str:
    """The same place from wherever it is looked at: a path from the root, also that of SQLite; "-" and URLs stay."""
    if scheme(place) == "sqlite":
        head, _, path = place.partition(":///")
        return f"{head}:///{Path(path).absolute()}" if path and not path.startswith(":") else place
    return place if place in ("", "-") or scheme(place) else str(Path(place).absolute())


def last_name(place: str) -> str:
    """What a place is called: the table or the last part of its path, or its host; no credentials."""
    found = _SCHEME.match(scrub(place))
    if found is None:
        return Path(place).name
    rest = found[2].rpartition("@")[2]
    table = split_table(rest)[1] if in_database(place) else ""
    return table or Path(unquote(_cut(rest)[0])).name


def _login(rest: str) -> tuple[str | None, str | None, str]:
    """User and password as they are written, None where not given, and what stands behind them."""
    login, at, behind = rest.rpartition("@")
    user, colon, password = login.partition(":")
    if not at or re.search("[/?#]", user):  # an "@" in a path or a parameter
        return None, None, rest
    return user, password if colon else None, behind


def _cut(rest: str) -> tuple[str, str, str]:
    """Before, at and behind the first "?" or "#"."""
    found = re.search(r"[?#]", rest)
    return (rest, "", "") if found is None else (rest[: found.start()], found[0], rest[found.end() :])


def _opened(parameters: str) -> str:
    pairs = parse_qsl(parameters, keep_blank_values=True)
    return urlencode([(key, value if key in _OPEN else HIDDEN) for key, value in pairs], safe="*/:,=")
