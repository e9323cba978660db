"""What the law suites share: a law is a method ``test_...(self, case)``, run once for every case of the plug-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec


class Suite:
    """Base of the law suites."""

    def cases(self) -> dict[str, Any]:
        """What every law is run on, by name."""
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """pytest's own hook: one test a law and case."""
        if "case" in metafunc.fixturenames:
            found = self.cases()
            metafunc.parametrize("case", list(found.values()), ids=list(found))


def checks(suite: type[Suite]) -> Iterator[tuple[str, Callable[[], None]]]:
    """(name, call) of every law of ``suite`` on every case; the call raises AssertionError when the law is broken."""
    instance = suite()
    for name in sorted(n for n in dir(suite) if n.startswith("test_")):
        for case, value in instance.cases().items():
            yield f"{name.removeprefix('test_')}[{case}]", partial(getattr(instance, name), value)


def options_of(plugin: object) -> dict[str, Any]:
    """The options of a step or learner: its dataclass's public fields. Fails when it is no dataclass, or when a fresh
    one can't be made from them, as a plan read from JSON is."""
    cls = type(plugin)
    assert "__dataclass_fields__" in vars(cls), f"{cls.__name__} is not a dataclass: its options would not be fields"
    found = {name: getattr(plugin, name) for name in vars(cls)["__dataclass_fields__"] if not name.startswith("_")}
    again = msgspec.convert(msgspec.json.decode(msgspec.json.encode(found)), cls)
    assert {name: getattr(again, name) for name in found} == found, (
        f"{cls.__name__} does not keep its options through JSON"
    )
    return found
