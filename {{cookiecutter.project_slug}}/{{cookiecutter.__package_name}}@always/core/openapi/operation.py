"""Describe one operation from the declaration and the docstring of its view."""

import inspect
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema
from werkzeug.http import HTTP_STATUS_CODES

from ..auth.scopes import current_scopes
from ..declare.declaration import JSON, Declaration
from ..operations import Operation
from .components import Components, header
from .schemas import example

Schemes = Mapping[str, Mapping[str, Any]]
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The `ETag` of the version to change; any other version is rejected with 412.",
    "schema": {
        "type": "string",
        "pattern": r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$',  # RFC 9110, section 13.1.1
        "examples": ['"1"'],
    },
}


def describe(operation: Operation, schemes: Schemes, components: Components) -> dict[str, Any]:
    """Return the Operation Object; ``schemes`` are the security schemes by name."""
    text = markdown(inspect.getdoc(operation.view) or "")
    if scope := operation.access_rule.scope:
        text += f"\n\nRequires the scope `{scope}`: {current_scopes()[scope]}."
    described: dict[str, Any] = {
        "operationId": operation.name.partition(".")[2],
        "summary": text.partition("\n")[0].rstrip(".").replace("`", ""),
        "description": text,
        "tags": [tag(operation.name.partition(".")[0])],
        "security": _security(operation, schemes),
        "parameters": _parameters(operation),
        "responses": _responses(operation, components),
    }
    if content := _request_content(operation.declaration):
        described["requestBody"] = {"required": True, "content": content}
    return described


def tag(blueprint: str) -> str:
    """Return the tag of a blueprint."""
    return blueprint.replace("_", " ")


def markdown(docstring: str) -> str:
    """Return a docstring as Markdown."""
    return docstring.replace("``", "`")


def _security(operation: Operation, schemes: Schemes) -> list[dict[str, list[str]]]:
    rule = operation.access_rule
    if operation.for_callers:
        with_scopes = {name for name, scheme in schemes.items() if not scheme.keys() & {"in", "scheme"}}
        return [{name: [rule.scope] if rule.scope and name in with_scopes else []} for name in sorted(schemes)]
    return [{rule.guard: []}] if rule.guard in schemes and rule.guard else []


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


def _request_content(declaration: Declaration) -> dict[str, Any]:
    """Return the Media Type Objects of the request body by media type."""
    raw, schema = declaration.raw_body, declaration.body
    if raw:
        content = {"schema": _schema(raw.schema, raw.media_type)}
        return {raw.media_type: {**content, "example": example(raw.schema)} if raw.schema else content}
    return {JSON: {"schema": schema, "example": example(schema)}} if schema else {}


def _responses(operation: Operation, components: Components) -> dict[str, Any]:
    response = operation.declaration.response
    if response is None:
        raise ValueError(f"The view of {operation.name} declares no response.")
    headers = [*response.headers, "X-Request-ID", *(["RateLimit", "RateLimit-Policy"] if operation.limits else [])]
    success: dict[str, Any] = {"headers": {name: header(name) for name in headers}}
    if response.media_type:
        success["content"] = {response.media_type: {"schema": _schema(response.schema, response.media_type)}}
    responses = {
        status: components.error(status, operation.declaration.error_schema)
        for status in components.statuses(operation.errors)
    }
    for status in (response.status, *response.other_statuses):
        responses[status] = {"description": HTTP_STATUS_CODES[status], **success}
    return {str(status): responses[status] for status in sorted(responses)}


def _schema(schema: Schema | None, media_type: str) -> Any:
    return schema or {"type": "object" if media_type == JSON else "string"}
