"""What the service tells about its model: the metadata, an example, and the OpenAPI document."""

from __future__ import annotations

from typing import Any

from mlwright.bundle import Model
from mlwright.contracts.records import Column, Relation, Schema
from mlwright.server.limits import Limits

_TYPES = {
    "numeric": ("number",),
    "boolean": ("boolean",),
    "categorical": ("string",),
    "ordinal": ("string",),
    "text": ("string",),
    "list": ("string", "array"),
    "datetime": ("string",),
}
_EXAMPLES = {
    "numeric": 0.0,
    "boolean": True,
    "categorical": "a",
    "ordinal": "a",
    "text": "some words",
    "list": "a",
    "datetime": "2026-01-31",
}


def metadata(model: Model) -> dict[str, Any]:
    """What the model is, how good it is, and which columns it reads."""
    target, verdict, manifest = model.schema.target, model.verdict, model.manifest
    return {
        "name": model.name,
        "task": target.task,
        "target": target.name,
        "classes": target.classes,
        "metric": verdict.metric,
        "score": {"value": verdict.score.value, "interval": [verdict.score.low, verdict.score.high]},
        "verdict": verdict.decision,
        "reasons": verdict.reasons,
        "columns": [_column(column) for column in model.schema.features],
        "tables": [_table(relation) for relation in model.schema.relations],
        "versions": manifest.versions,
        "fingerprint": manifest.fingerprint,
        "created": manifest.created,
    }


def example_row(schema: Schema) -> dict[str, Any]:
    """One row as the model takes it, of values that were seen where they are known."""
    row = {column.name: _example(column) for column in _cells(schema)}
    for relation in schema.relations:
        row[relation.name] = [{column.name: _example(column) for column in relation.columns}]
    return row


def taken(schema: Schema) -> tuple[str, ...]:
    """Everything that a row may hold: the model's columns, and the child tables with what says when a row is asked."""
    names = [column.name for column in (*schema.features, *_cells(schema))]
    return tuple(dict.fromkeys([*names, *(relation.name for relation in schema.relations)]))


def _cells(schema: Schema) -> list[Column]:
    """The columns of a row that come from no child table, and the moments at which it is asked."""
    made = {name for relation in schema.relations for name in relation.names}
    cells = {column.name: column for column in schema.features if column.name not in made}
    for relation in schema.relations:
        if relation.asked is not None:
            cells.setdefault(relation.asked.name, relation.asked)
    return list(cells.values())


def openapi(model: Model, limits: Limits) -> dict[str, Any]:
    """The service as an OpenAPI 3.1 document, with the model's own columns and classes."""
    refused = {status: _content("Error", text) for status, text in _REFUSALS.items()}
    score = model.verdict.score
    about = f"Predicts {model.schema.target.name!r} ({score.metric} {score.value:.4g}, {model.verdict.decision})."
    post = {
        "operationId": "predict",
        "summary": "Predict one value a row",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": "#/components/schemas/Request"},
                    "example": {"rows": [example_row(model.schema)]},
                }
            },
        },
        "responses": {"200": _content("Answer", "One prediction a row, in the order of the rows")} | refused,
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": model.name, "version": model.manifest.created, "description": about},
        "paths": {
            "/predict": {"post": post},
            "/metadata": {"get": _get("metadata", "What the model is, how good it is, and which columns it reads")},
            "/health": {"get": _get("health", "Whether the service is up")},
        },
        "components": {"schemas": _schemas(model, limits)},
    }


_REFUSALS = {
    "400": "The body is not JSON",
    "413": "The body is too long or has too many rows",
    "422": "The rows don't fit the model's columns: every problem with its row and column",
}


def _schemas(model: Model, limits: Limits) -> dict[str, Any]:
    row = {"$ref": "#/components/schemas/Row"}
    properties = {column.name: _property(column) for column in _cells(model.schema)}
    properties |= {relation.name: _nested(relation) for relation in model.schema.relations}
    rows = {"type": "array", "maxItems": limits.rows, "items": row}
    cells = {name: {"type": "array", "maxItems": limits.rows, "items": kind} for name, kind in properties.items()}
    by_column = {"type": "object", "properties": cells}
    shapes: list[dict[str, Any]] = [
        {"type": "object", "required": ["rows"], "properties": {"rows": rows}},
        {"type": "object", "required": ["columns"], "properties": {"columns": by_column}},
        rows,
    ]
    answers = {"type": "array", "items": {"$ref": "#/components/schemas/Prediction"}}
    return {
        "Row": {"type": "object", "required": list(properties), "properties": properties},
        "Request": {"oneOf": shapes},
        "Prediction": _prediction(model),
        "Answer": {"type": "object", "required": ["predictions"], "properties": {"predictions": answers}},
        "Error": _ERROR,
    }


def _prediction(model: Model) -> dict[str, Any]:
    number = {"type": "number"}
    if not model.classes:
        names = ("prediction", "lower", "upper")
        return {"type": "object", "required": list(names), "properties": dict.fromkeys(names, number)}
    labels = [str(label) for label in model.classes]
    share = {"type": "number", "minimum": 0, "maximum": 1}
    shares = {"type": "object", "required": labels, "properties": dict.fromkeys(labels, share)}
    properties = {"prediction": {"enum": list(model.classes)}, "probabilities": shares}
    return {"type": "object", "required": list(properties), "properties": properties}


_PROBLEM = {
    "type": "object",
    "required": ["row", "column", "message"],
    "properties": {
        "row": {"type": ["integer", "null"]},
        "column": {"type": ["string", "null"]},
        "message": {"type": "string"},
    },
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message"],
            "properties": {
                "message": {"type": "string"},
                "problems": {"type": "array", "items": _PROBLEM},
            },
        }
    },
}


def _nested(relation: Relation) -> dict[str, Any]:
    """The rows of a child table inside a row."""
    cells = {column.name: _property(column) for column in relation.columns}
    child = {"type": "object", "required": list(cells), "properties": cells}
    until = f" before {relation.moment!r}" if relation.moment is not None else ""
    return {"type": ["array", "null"], "items": child, "description": f"its rows of {relation.name!r}{until}"}


def _table(relation: Relation) -> dict[str, Any]:
    columns = [_column(column) for column in relation.columns]
    return {"name": relation.name, "time": relation.time, "moment": relation.moment, "columns": columns}


def _property(column: Column) -> dict[str, Any]:
    """The type of a cell. Known levels are told, not demanded: a model answers for a category it never saw, too."""
    types = ("string",) if column.words else _TYPES[column.kind]
    described = {"type": [*types, "null"], "examples": [_example(column)]}
    notes = []
    if column.levels:
        notes.append("seen most often: " + ", ".join(column.levels[:10]))
    if column.words:
        notes.append(" or ".join(column.words))
    if column.kind == "numeric" and column.low is not None and column.high is not None:
        notes.append(f"seen from {column.low:g} to {column.high:g}")
    return described | ({"description": "; ".join(notes)} if notes else {})


def _column(column: Column) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": column.name, "kind": column.kind, "example": _example(column)}
    if column.levels:
        facts["levels"] = column.levels
    if column.low is not None and column.high is not None:
        facts["range"] = [column.low, column.high]
    return facts


def _example(column: Column) -> Any:
    if column.example is not None:
        return column.example
    if column.words:
        return column.words[1]
    if column.levels:
        return column.levels[0]
    return column.low if column.kind == "numeric" and column.low is not None else _EXAMPLES.get(column.kind, "a")


def _get(name: str, summary: str) -> dict[str, Any]:
    answer = {"description": summary, "content": {"application/json": {"schema": {"type": "object"}}}}
    return {"operationId": name, "summary": summary, "responses": {"200": answer}}


def _content(name: str, description: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
