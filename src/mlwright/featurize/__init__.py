"""Recipe -> Recipe: encodings of categories, dates and text, as unfitted steps."""

from __future__ import annotations

from mlwright.contracts.records import Column, Recipe, StepSpec, Table

FEW_LEVELS = 30  # up to so many levels get a column each; above, the mean of the target stands for the level
CELLS = 60_000_000  # words are limited so that a text's part of the matrix holds no more numbers than this


def featurize(recipe: Recipe, table: Table) -> Recipe:
    """Add what each kind of column needs before a model can read it."""
    by_kind: dict[str, list[Column]] = {}
    for column in table.schema.features:
        by_kind.setdefault(column.kind, []).append(column)
    trees, linear = list(recipe.flavours["trees"]), list(recipe.flavours["linear"])
    many = tuple(c.name for c in by_kind.get("numeric", []) if c.unique > FEW_LEVELS)
    if many and len(many) <= 200:
        linear.append(StepSpec(steps=("impute", "quantiles"), columns=many, options={"impute": {"indicator": False}}))
    if moments := tuple(c.name for c in by_kind.get("datetime", [])):
        trees.append(StepSpec(steps=("calendar",), columns=moments))
        cyclic = {"calendar": {"cyclic": True}}
        # clipped: along a line, a day in the year 9999 would lead anywhere
        linear.append(StepSpec(steps=("calendar", "clip", "impute", "standardise"), columns=moments, options=cyclic))
    if categories := by_kind.get("categorical", []):
        trees.append(StepSpec(steps=("ordinal",), columns=tuple(c.name for c in categories)))
        linear.append(
            StepSpec(
                steps=("onehot",), columns=tuple(c.name for c in categories), options={"onehot": {"most": FEW_LEVELS}}
            )
        )
        if several := tuple(c.name for c in categories if c.unique > 2):
            trees.append(StepSpec(steps=("target_mean",), columns=several))
        if high := tuple(c.name for c in categories if c.unique > FEW_LEVELS):
            trees.append(StepSpec(steps=("frequency",), columns=high))
            linear.append(StepSpec(steps=("target_mean", "standardise"), columns=high))
    if texts := tuple(c.name for c in by_kind.get("text", [])):
        most = max(50, min(4000, CELLS // max(1, table.rows * len(texts))))
        linear.append(StepSpec(steps=("tfidf",), columns=texts, options={"tfidf": {"most": most}}))
        trees.append(StepSpec(steps=("tfidf",), columns=texts, options={"tfidf": {"most": min(most, 300), "least": 5}}))
    return Recipe(flavours={"trees": tuple(trees), "linear": tuple(linear)}, findings=recipe.findings)
