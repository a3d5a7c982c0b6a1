"""Describe one operation by its mark, its contract and its docstring."""

import inspect
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from marshmallow import Schema

from ..auth.scopes import SCOPES
from ..operations import Operation
from ..problems import PROBLEM_TYPES
from . import shared, sign_in

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
    if body := operation.contract.body:
        content = {"schema": body, "example": _example(body)}
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    if form := operation.contract.form:
        content = {"schema": form, "example": _example(form)}
        described["requestBody"] = {"required": True, "content": {"application/x-www-form-urlencoded": content}}
    return described


def _security(operation: Operation, schemes: Schemes) -> list[dict[str, list[str]]]:
    access_rule = operation.access_rule
    if operation.for_callers:
        scoped = {name for name, scheme in schemes.items() if scheme["type"] in sign_in.SCOPED}
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
    if operation.contract.query:
        parameters.append({"in": "query", "schema": operation.contract.query})
    return [*parameters, IF_MATCH] if "precondition-failed" in operation.contract.refusals else parameters


def _responses(operation: Operation) -> dict[str, Any]:
    contract = operation.contract
    headers = [*contract.headers, "X-Request-ID", *(["RateLimit", "RateLimit-Policy"] if operation.budgets else [])]
    own: dict[str, Any] = {"headers": {name: shared.header(name) for name in headers}}
    if contract.media:
        own["content"] = {contract.media: {"schema": contract.answer or _any(contract.media)}}
    refused = {
        str(status): shared.problem_response(status, contract.failure)
        for status in {PROBLEM_TYPES[kind].status for kind in operation.refusals}
    }
    answered = {
        str(status): {"description": HTTPStatus(status).phrase, **own}
        for status in (contract.status, *contract.also)
        if status is not None
    }
    return dict(sorted({**refused, **answered}.items()))


def _any(media: str) -> dict[str, str]:
    return {"type": "object" if media == "application/json" else "string"}


def _example(body: Schema) -> dict[str, Any]:
    """Return a body made of the examples of its fields."""
    return {
        name: field.metadata["examples"][0]
        for name, field in body.fields.items()
        if "examples" in field.metadata and (field.required or not body.partial)
    }
