"""mlwright verify: is a model whole, and does it run?"""

from __future__ import annotations

import typer

from mlwright.cli.desk import Desk
from mlwright.cli.options import Debug, Json, Model


def verify(context: typer.Context, model: Model, json: Json = False, debug: Debug = False) -> int:
    """Check that a model is whole, as it was written, and that its graph runs; say where it came from."""
    import msgspec

    from mlwright import bundle

    desk: Desk = context.obj
    manifest = bundle.verify(model)
    files = sorted(manifest.files)
    facts = {
        "made": f"{manifest.created} by mlwright {manifest.versions.get('mlwright', '?')}",
        "from": f"{manifest.source} ({manifest.rows:,} rows)",
        "by": manifest.command,
        "commit": manifest.commit or "none",
        "seed": str(manifest.seed),
        "graph": f"{manifest.size:,} bytes, {manifest.latency:.3g} ms a row",
        "difference": f"{manifest.difference:.2g} at most between the graph and the fitted models",
        "data": f"SHA-256 {manifest.fingerprint}",
    }
    desk.say(f"{model} is whole: the sums of {len(files)} files are right, and the graph runs.\n", "bold green")
    for name in files:
        desk.say(f"  {name:<16} {manifest.files[name]}")
    desk.say("")
    for name, fact in facts.items():
        desk.say(f"  {name:<16} {fact}")
    desk.answer({"ok": True, "model": model, "manifest": msgspec.to_builtins(manifest)})
    return 0
