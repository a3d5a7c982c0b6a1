"""Every error as ``application/problem+json`` (RFC 9457).

The type states which error it is, the detail what happened in this request. Responses contain nothing internal: an
unexpected exception is logged and becomes the problem type ``internal``.
"""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from . import services

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
MAX_PATH = 512


class ProblemType(NamedTuple):
    """What an error means: the HTTP status, a title of a few words, and one sentence for clients."""

    status: int
    title: str
    meaning: str


PROBLEM_TYPES = {
    "bad-request": ProblemType(400, "Bad request", "The request could not be parsed."),
    "ambiguous-credentials": ProblemType(400, "Ambiguous credentials", "The request has more than one credential."),
    "unauthenticated": ProblemType(401, "Not authenticated", "The request has no valid credential."),
    "forbidden": ProblemType(403, "Forbidden", "The caller is not allowed to do this."),
    "insecure-transport": ProblemType(403, "HTTPS required", "The service accepts HTTPS only."),
    "not-found": ProblemType(404, "Not found", "The resource does not exist or is not visible to you."),
    "method-not-allowed": ProblemType(405, "Method not allowed", "The resource does not support this method."),
    "not-acceptable": ProblemType(406, "Not acceptable", "The Accept header excludes the type of the response."),
    "conflict": ProblemType(409, "Conflict", "The request conflicts with existing data, such as a name that is taken."),
    "precondition-failed": ProblemType(412, "Precondition failed", "The resource has another version than If-Match."),
    "too-large": ProblemType(413, "Content too large", "The body exceeds the maximum size."),
    "unsupported-media-type": ProblemType(
        415, "Unsupported media type", "The body must be application/json without a Content-Encoding."
    ),
    "invalid": ProblemType(422, "Invalid content", "The body is valid JSON but violates the rules listed in `errors`."),
    "rate-limited": ProblemType(429, "Too many requests", "A rate limit is exceeded. Retry after Retry-After seconds."),
    "internal": ProblemType(500, "Internal error", "The service failed. Its log has details under the request id."),
    "unavailable": ProblemType(503, "Service unavailable", "A dependency is unavailable or overloaded. Retry later."),
}


class ProblemTypes(dict[str, ProblemType]):
    """The problem types of an application by name, ordered by status: those of core and the service's own."""

    def name_for(self, status: int) -> str:
        """Return the first type with this status, otherwise ``internal`` or ``bad-request``."""
        found = (name for name, problem_type in self.items() if problem_type.status == status)
        return next(found, "internal" if status >= 500 else "bad-request")


class Problem(HTTPException):
    """An error response.

    ``type_name`` is a key of ``ProblemTypes`` and ``detail`` a sentence for the client. ``headers`` are added to the
    response and ``members`` to its body.
    """

    def __init__(self, type_name: str, detail: str, *, headers: Iterable[tuple[str, str]] = (), **members: Any) -> None:
        super().__init__(detail)
        self.type_name = type_name
        self.type = services.get(current_app, ProblemTypes)[type_name]
        self.code = self.type.status
        self.headers = list(headers)
        self.members = members

    def get_response(self, *_: Any, **__: Any) -> Response:
        """Return the response to the current request."""
        content = body(request.environ, self.type_name, self.type, self.description or "", **self.members)
        response = Response(content, self.code, mimetype=MEDIA_TYPE)
        response.headers.extend(self.headers)
        return response


def body(environ: dict[str, Any], type_name: str, problem_type: ProblemType, detail: str, **members: Any) -> bytes:
    """Return the JSON of a problem for the request in ``environ``."""
    path = environ.get("PATH_INFO", "")[:MAX_PATH].encode("latin-1", "replace")
    return orjson.dumps(
        {
            "type": f"/problems/{type_name}",
            "title": problem_type.title,
            "status": problem_type.status,
            "detail": detail,
            "instance": quote(path, safe="/:@!$&'()*+,;=-._~"),
            "request_id": environ.get("service.request_id"),
            **members,
        }
    )


def init_app(app: Flask, own: Mapping[str, ProblemType]) -> None:
    """Make ``app`` respond to every error with a problem; ``own`` are the problem types of the service.

    Raises ``ValueError`` if one of them has the name of a type of core, or a status that is not an error.
    """
    for name, problem_type in own.items():
        if name in PROBLEM_TYPES or not 400 <= HTTPStatus(problem_type.status) < 600:
            raise ValueError(f"The problem type {name!r} exists in core or has no error status: {problem_type}.")
    types = {**PROBLEM_TYPES, **own}
    services.register(app, ProblemTypes(sorted(types.items(), key=lambda item: item[1].status)))
    app.register_error_handler(HTTPException, _respond)
    app.register_error_handler(Exception, _respond_unexpected)


def _respond(error: HTTPException) -> Response:
    if isinstance(error, Problem):
        return error.get_response()
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    types = services.get(current_app, ProblemTypes)
    type_name = types.name_for(error.code)
    headers = [
        (name, value)
        for name, value in error.get_headers(request.environ)
        if name in ("Allow", "Retry-After", "WWW-Authenticate")
    ]
    return Problem(type_name, types[type_name].meaning, headers=headers).get_response()


def _respond_unexpected(error: Exception) -> Response:
    log.error("unexpected exception", exc_info=error)
    # Through Flask, because a blueprint may have its own handler for HTTP errors.
    problem = Problem("internal", PROBLEM_TYPES["internal"].meaning)
    return current_app.handle_http_exception(problem)  # type: ignore[return-value]
