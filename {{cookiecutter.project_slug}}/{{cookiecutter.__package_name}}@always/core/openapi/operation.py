"""Describe one operation by its mark, its contract and its docstring."""

import inspect
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from ..auth.scopes import SCOPES
from ..declare.declaration import JSON, Declaration
from ..operations import Operation
from ..problems import PROBLEM_TYPES
from . import shared

Schemes = Mapping[str, Mapping[str, Any]]
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The `ETag` of the version to change; another one is refused with 412.",
    "schema": {"type": "string", "examples": ['"1"']},
}


def describe(operation: Operation, schemes: Schemes) -> dict[str, Any]:
    """Return the Operation Object; ``schemes`` are the security schemes by name."""
    text = shared.markdown(inspect.getdoc(operation.view) or "")
    if operation.access_rule.scope:
        text += f"\n\nNeeds the scope `{operation.access_rule.scope}`: {SCOPES[operation.access_rule.scope].lower()}."
    described: dict[str, Any] = {
        "operationId": operation.name.partition(".")[2],
        "summary": text.partition("\n")[0].rstrip(".").replace("`", ""),
        "description": text,
        "tags": [shared.tag(operation.name.partition(".")[0])],
        "security": _security(operation, schemes),
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if content := _body(operation.declaration):
        described["requestBody"] = {"required": True, "content": content}
    return described


def _security(operation: Operation, schemes: Schemes) -> list[dict[str, list[str]]]:
    access_rule = operation.access_rule
    if operation.for_callers:
        scoped = {name for name, scheme in schemes.items() if scheme["type"] in ("oauth2", "openIdConnect")}
        return [{name: [access_rule.scope] if access_rule.scope and name in scoped else []} for name in sorted(schemes)]
    return [{access_rule.guard: []}] if access_rule.guard in schemes and access_rule.guard else []


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "in": "path",
            "name": name,
            "required": True,
            "description": f"The {name.replace('_', ' ')}.",
            "schema": {"type": "string", "minLength": 1},
        }
        for name in operation.arguments
    ]
    if operation.declaration.query:
        parameters.append({"in": "query", "schema": operation.declaration.query})
    return [*parameters, IF_MATCH] if "precondition-failed" in operation.declaration.errors else parameters


def _body(declaration: Declaration) -> dict[str, Any]:
    """Return the content of the request body by its media type."""
    if raw := declaration.raw_body:
        return {raw.media_type: _content(raw.media_type, raw.schema)}
    return {JSON: _content(JSON, declaration.body)} if declaration.body else {}


def _content(media_type: str, schema: Schema | None) -> dict[str, Any]:
    return {"schema": schema, "example": _example(schema)} if schema else {"schema": _any(media_type)}


def _responses(operation: Operation) -> dict[str, Any]:
    response = operation.declaration.response
    if response is None:
        raise ValueError(f"The view of {operation.name} declares no response.")
    headers = [*response.headers, "X-Request-ID", *(["RateLimit", "RateLimit-Policy"] if operation.limits else [])]
    own: dict[str, Any] = {"headers": {name: shared.header(name) for name in headers}}
    if response.media_type:
        own["content"] = {response.media_type: {"schema": response.schema or _any(response.media_type)}}
    refused = {
        str(status): shared.problem_response(status, operation.declaration.error_schema)
        for status in {PROBLEM_TYPES[kind].status for kind in operation.refusals}
    }
    answered = {
        str(status): {"description": HTTPStatus(status).phrase, **own}
        for status in (response.status, *response.other_statuses)
    }
    return dict(sorted({**refused, **answered}.items()))


def _any(media: str) -> dict[str, str]:
    return {"type": "object" if media == JSON else "string"}


def _example(schema: Schema) -> Any:
    """Return a body made of the examples of its fields, including nested ones."""
    values = {
        name: _field_example(field)
        for name, field in schema.fields.items()
        if not field.dump_only and (field.required or not schema.partial)
    }
    example = {name: value for name, value in values.items() if value is not None}
    return [example] if schema.many else example


def _field_example(field: fields.Field[Any]) -> Any:
    if "examples" in field.metadata:
        return field.metadata["examples"][0]
    if isinstance(field, fields.Nested):
        return _example(field.schema)
    if isinstance(field, fields.List):
        inner = _field_example(field.inner)
        return None if inner is None else [inner]
    return None
