"""Every error as ``application/problem+json`` (RFC 9457).

A type says what kind of error it is, the detail what happened this time. Nothing internal is told: an unexpected
exception is written to the journal and answered with the bare type ``internal``.
"""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """What a problem type means, once for all its occurrences."""

    status: int
    title: str
    meaning: str


PROBLEM_TYPES = {
    "bad-request": Kind(400, "Malformed request", "The request cannot be read as what it says it is."),
    "ambiguous-credentials": Kind(400, "Ambiguous credentials", "More than one credential was sent."),
    "unauthenticated": Kind(401, "Not authenticated", "No valid credential was sent."),
    "forbidden": Kind(403, "Forbidden", "The caller is known and may not do this."),
    "insecure-transport": Kind(403, "Plain HTTP", "The service answers over HTTPS only."),
    "not-found": Kind(404, "Not found", "Nothing that the caller may see is here."),
    "method-not-allowed": Kind(405, "Method not allowed", "The resource does not know this method."),
    "not-acceptable": Kind(406, "Not acceptable", "The service answers in JSON only."),
    "conflict": Kind(409, "Conflict", "What is there already does not allow it, such as a taken name."),
    "length-required": Kind(411, "Length required", "A body must come with its Content-Length."),
    "precondition-failed": Kind(412, "Stale version", "The object has changed since the version in If-Match."),
    "too-large": Kind(413, "Body too large", "The body is larger than the service reads."),
    "unsupported-media-type": Kind(
        415, "Unsupported media type", "A body must be application/json, without a Content-Encoding."
    ),
    "invalid": Kind(422, "Invalid content", "The body is well-formed and breaks the rules in `errors`."),
    "rate-limited": Kind(429, "Too many requests", "A budget is used up until the time in Retry-After."),
    "internal": Kind(500, "Internal error", "Something failed here; the request id finds it in the log."),
    "unavailable": Kind(503, "Unavailable", "A part that the service needs does not answer; try again."),
}
_BY_STATUS = {kind.status: name for name, kind in reversed(PROBLEM_TYPES.items())}


class Problem(HTTPException):
    """An error to answer with.

    ``kind`` is a key of ``KINDS``, ``detail`` a sentence for the caller, ``headers`` go on the answer and
    ``members`` into its body.
    """

    def __init__(self, kind: str, detail: str, *, headers: Iterable[tuple[str, str]] = (), **members: Any) -> None:
        super().__init__(detail)
        self.code = PROBLEM_TYPES[kind].status
        self.kind = kind
        self.headers = list(headers)
        self.members = members

    def get_response(self, *_: Any, **__: Any) -> Response:
        """Return the answer to the request at hand."""
        content = body(request.environ, self.kind, self.description or "", **self.members)
        response = Response(content, self.code, mimetype=MEDIA_TYPE)
        response.headers.extend(self.headers)
        return response


def body(environ: dict[str, Any], kind: str, detail: str, **members: Any) -> bytes:
    """Return the JSON of a problem that the request in ``environ`` met."""
    status, title, _ = PROBLEM_TYPES[kind]
    path = environ.get("PATH_INFO", "").encode("latin-1", "replace")
    return orjson.dumps(
        {
            "type": f"/problems/{kind}",
            "title": title,
            "status": status,
            "detail": detail,
            "instance": quote(path, safe="/:@!$&'()*+,;=-._~"),
            "request_id": environ.get("service.request_id"),
            **members,
        }
    )


def status_line(kind: str) -> str:
    """Return the HTTP status line of a problem type."""
    status = HTTPStatus(PROBLEM_TYPES[kind].status)
    return f"{status.value} {status.phrase}"


def init_app(app: Flask) -> None:
    """Answer every error of ``app`` as a problem."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(Exception, _unexpected)


def _answer(error: HTTPException) -> Response:
    if isinstance(error, Problem):
        return error.get_response()
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    kind = _BY_STATUS.get(error.code, "internal" if error.code >= 500 else "bad-request")
    detail = PROBLEM_TYPES[kind].meaning
    kept = [
        (name, value)
        for name, value in error.get_headers(request.environ)
        if name in ("Allow", "Retry-After", "WWW-Authenticate")
    ]
    return Problem(kind, detail, headers=kept).get_response()


def _unexpected(error: Exception) -> Response:
    log.error("unexpected exception", exc_info=error)
    # By way of the handlers of the blueprint at hand, which may answer errors in another form.
    problem = Problem("internal", PROBLEM_TYPES["internal"].meaning)
    return current_app.handle_http_exception(problem)  # type: ignore[return-value]
