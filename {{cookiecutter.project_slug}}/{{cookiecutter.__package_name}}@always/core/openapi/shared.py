"""What operations share: the headers of answers, and one response for each status of an error."""

from http import HTTPStatus
from typing import Any

from apispec import APISpec
from marshmallow import Schema

from ..operations import Operation
from ..problems import MEDIA_TYPE, PROBLEM_TYPES

HEADERS = {
    "ETag": "The version of the object, for `If-Match`.",
    "Location": "Where the new object is.",
    "RateLimit": "The tightest budget: what is left of it, and for how many seconds.",
    "RateLimit-Policy": "Every budget that was counted: its quota and its window in seconds.",
    "Retry-After": "Seconds after which to try again.",
    "WWW-Authenticate": "What credential is needed, and what was wrong with the one that was sent.",
    "X-Request-ID": "The id of the request, under which the log knows it.",
}
_ALWAYS = {"ETag", "Location", "RateLimit", "RateLimit-Policy", "X-Request-ID"}
_WITH_STATUS = {401: ["WWW-Authenticate"], 403: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}


def add(spec: APISpec, documented: list[Operation]) -> None:
    """Add what the operations refer to, and nothing else."""
    statuses = sorted({PROBLEM_TYPES[kind].status for operation in documented for kind in operation.refusals})
    responses = [operation.declaration.response for operation in documented]
    used = {"X-Request-ID"}.union(*(response.headers for response in responses if response))
    used = used.union(*(_WITH_STATUS.get(status, ()) for status in statuses))
    if any(operation.limits for operation in documented):
        used |= {"RateLimit", "RateLimit-Policy"}
    for name in sorted(used):
        spec.components.header(name, _header(name))
    spec.components.schema("Problem", PROBLEM)
    for status in statuses:
        spec.components.response(_name(status), _response(status))


def header(name: str) -> dict[str, str]:
    """Return a reference to a header."""
    return {"$ref": f"#/components/headers/{name}"}


def problem_response(status: int, failure: Schema | None = None) -> dict[str, Any]:
    """Return a reference to the response of an error, or the response where a standard has a form of its own for it."""
    if failure is None:
        return {"$ref": f"#/components/responses/{_name(status)}"}
    common = _response(status)
    # What is refused before the path is looked at is a problem everywhere.
    return {**common, "content": {"application/json": {"schema": failure}, **common["content"]}}


def tag(blueprint: str) -> str:
    """Return the words under which the page shows what a blueprint serves."""
    return blueprint.replace("_", " ")


def markdown(docstring: str) -> str:
    """Return a docstring as Markdown."""
    return docstring.replace("``", "`")


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _header(name: str) -> dict[str, Any]:
    described = {"description": HEADERS[name], "schema": {"type": "string"}}
    return {**described, "required": True} if name in _ALWAYS else described


def _response(status: int) -> dict[str, Any]:
    kinds = {name: kind for name, kind in PROBLEM_TYPES.items() if kind.status == status}
    return {
        "description": " ".join(kind.meaning for kind in kinds.values()),
        "headers": {name: header(name) for name in ["X-Request-ID", *_WITH_STATUS.get(status, [])]},
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {name: {"value": _example(name)} for name in kinds},
            }
        },
    }


def _example(kind: str) -> dict[str, Any]:
    status, title, meaning = PROBLEM_TYPES[kind]
    return {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": meaning,
        "instance": "/api/v1/items",
        "request_id": "3f0c1a7be4d94b55a4b5fbd7ac5f3b0e",
    }


PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "What kind of error it is; the address tells what that means.",
        },
        "title": {"type": "string", "description": "The kind in a few words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What happened this time."},
        "instance": {"type": "string", "format": "uri-reference", "description": "The path that was asked for."},
        "request_id": {"type": ["string", "null"], "description": "The id of the request."},
        "errors": {
            "type": "array",
            "description": "Each rule that the body or the query breaks.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where in the body (RFC 6901)."},
                    "parameter": {"type": "string", "description": "Which query parameter."},
                    "detail": {"type": "string", "description": "The rule."},
                },
            },
        },
        "scope": {"type": "string", "description": "The scope that is missing."},
        "violated-policies": {
            "type": "array",
            "description": "The budgets that are used up.",
            "items": {"type": "string"},
        },
    },
}
