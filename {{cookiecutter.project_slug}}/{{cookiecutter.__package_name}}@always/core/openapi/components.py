"""The components that operations share: response headers, and one response for each status of an error."""

from collections.abc import Iterable
from typing import Any

from apispec import APISpec
from marshmallow import Schema
from werkzeug.http import HTTP_STATUS_CODES

from ..declare.declaration import JSON
from ..operations import Operation
from ..problems import MEDIA_TYPE, ProblemTypes

HEADERS = {
    "ETag": "The version of the resource, for `If-Match`.",
    "Location": "The path of the new resource.",
    "RateLimit": "The tightest rate limit: its remaining quota, and the seconds until it resets.",
    "RateLimit-Policy": "Every rate limit that the request counted on: its quota, and its window in seconds.",
    "Retry-After": "The seconds to wait before the next attempt.",
    "WWW-Authenticate": "The credential that is required, and the error of the one that was sent.",
    "X-Request-ID": "The id of the request, which also appears in the log.",
}
_ALWAYS = {"ETag", "Location", "RateLimit", "RateLimit-Policy", "X-Request-ID"}
_BY_STATUS = {401: ["WWW-Authenticate"], 403: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}


class Components:
    """The components of the document of one application."""

    def __init__(self, types: ProblemTypes) -> None:
        self._types = types

    def statuses(self, type_names: Iterable[str]) -> list[int]:
        """Return the HTTP statuses of problem types."""
        return sorted({self._types[name].status for name in type_names})

    def add(self, spec: APISpec, documented: list[Operation]) -> None:
        """Add the components that the operations reference."""
        statuses = self.statuses(name for operation in documented for name in operation.errors)
        responses = [operation.declaration.response for operation in documented]
        used = {"X-Request-ID"}.union(*(response.headers for response in responses if response))
        used = used.union(*(_BY_STATUS.get(status, ()) for status in statuses))
        if any(operation.limits for operation in documented):
            used |= {"RateLimit", "RateLimit-Policy"}
        for name in sorted(used):
            spec.components.header(name, _header(name))
        spec.components.schema("Problem", PROBLEM)
        for status in statuses:
            spec.components.response(_name(status), self._response(status))

    def error(self, status: int, schema: Schema | None) -> dict[str, Any]:
        """Return a reference to the response for a status, or the response itself if errors have their own schema."""
        if schema is None:
            return {"$ref": f"#/components/responses/{_name(status)}"}
        common = self._response(status)
        # The middleware responds with a problem on every path.
        return {**common, "content": {JSON: {"schema": schema}, **common["content"]}}

    def _response(self, status: int) -> dict[str, Any]:
        types = {name: each for name, each in self._types.items() if each.status == status}
        examples = {
            name: {
                "value": {
                    "type": f"/problems/{name}",
                    "title": each.title,
                    "status": each.status,
                    "detail": each.meaning,
                    "instance": "/api/v1/me",
                    "request_id": "3f0c1a7be4d94b55a4b5fbd7ac5f3b0e",
                }
            }
            for name, each in types.items()
        }
        return {
            "description": " ".join(each.meaning for each in types.values()),
            "headers": {name: header(name) for name in ["X-Request-ID", *_BY_STATUS.get(status, [])]},
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
        }


def header(name: str) -> dict[str, str]:
    """Return a reference to a header."""
    return {"$ref": f"#/components/headers/{name}"}


def _header(name: str) -> dict[str, Any]:
    described: dict[str, Any] = {"schema": {"type": "string"}}
    if name in HEADERS:
        described = {"description": HEADERS[name], **described}
    return {**described, "required": True} if name in _ALWAYS else described


def _name(status: int) -> str:
    return HTTP_STATUS_CODES[status].title().replace(" ", "").replace("-", "")


def _string(description: str, **keywords: str) -> dict[str, str]:
    return {"type": "string", **keywords, "description": description}


PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": _string("The problem type, as a path that explains it.", format="uri-reference"),
        "title": _string("The problem type in a few words."),
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status."},
        "detail": _string("What went wrong in this request."),
        "instance": _string("The path of the request.", format="uri-reference"),
        "request_id": {"type": ["string", "null"], "description": "The id of the request."},
        "errors": {
            "type": "array",
            "description": "The invalid fields of the body, or the invalid query parameters.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": _string("The JSON pointer of the field (RFC 6901)."),
                    "parameter": _string("The name of the query parameter."),
                    "detail": _string("The rule that it violates."),
                },
            },
        },
        "scope": _string("The missing scope."),
        "violated-policies": {
            "type": "array",
            "description": "The rate limits that are exceeded.",
            "items": {"type": "string"},
        },
    },
}
