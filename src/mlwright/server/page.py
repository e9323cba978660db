"""The page for a person who opens the service in a browser, and the line to try it with."""

from __future__ import annotations

import shlex
from html import escape
from string import Template

import msgspec

from mlwright.bundle import Model
from mlwright.server.describe import example_row

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$name</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
pre { background: #f3f3f3; color: #111; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere }
</style>
<h1>$name</h1>
<p>This service predicts <b>$target</b>.
Its verdict is <b>$decision</b>: $metric $score, 95% interval $low to $high.</p>
<h2>Try it</h2>
<pre>$curl</pre>
<p>What it is: <a href="metadata">metadata</a>. How to call it: <a href="openapi.json">openapi.json</a>.</p>
</html>
""")


def page(model: Model, url: str) -> str:
    """The page, every text in it escaped. ``url`` is where the service is reached, with a slash at its end."""
    score = model.verdict.score
    facts = {
        "name": model.name,
        "target": model.schema.target.name,
        "decision": model.verdict.decision,
        "metric": score.metric,
        "score": f"{score.value:.4g}",
        "low": f"{score.low:.4g}",
        "high": f"{score.high:.4g}",
        "curl": curl(model, url),
    }
    return _PAGE.substitute({name: escape(text) for name, text in facts.items()})


def curl(model: Model, url: str) -> str:
    """A line for the shell that asks the service at ``url`` for one prediction."""
    body = msgspec.json.encode({"rows": [example_row(model.schema)]}).decode()
    return f"curl -s {shlex.quote(url + 'predict')} -H 'content-type: application/json' -d {shlex.quote(body)}"
