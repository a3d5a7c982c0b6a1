"""The layer that checks the path and the headers about content, before the body is read."""

import re

from werkzeug.datastructures import MIMEAccept

from ..declare.declaration import JSON
from ..request.state import RequestState
from .validation import invalid_input

# RFC 9110, sections 8.8.3 and 13.1.1. Werkzeug also accepts tags without quotes.
_TAG = r'(?:W/)?"[!#-~]*"'
_CONDITION = re.compile(rf"\*|{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")


def check_content_headers(state: RequestState) -> None:
    """Check the path and the headers.

    Raises ``Problem``: 400 for NUL in the path or a malformed condition, 415 for Content-Encoding, 406 for Accept.
    """
    environ = state.environ
    if "\0" in environ["PATH_INFO"]:
        raise invalid_input("bad-request", "The path contains a NUL character.")
    for name, key in (("If-Match", "HTTP_IF_MATCH"), ("If-None-Match", "HTTP_IF_NONE_MATCH")):
        condition = environ.get(key)
        if condition is not None and not _CONDITION.fullmatch(condition):
            raise invalid_input("bad-request", f'{name} must be * or a list of tags in double quotes, such as "1".')
    if environ.get("HTTP_CONTENT_ENCODING"):
        raise invalid_input("unsupported-media-type", "The body must not have a Content-Encoding.")
    accept = environ.get("HTTP_ACCEPT", "").strip()
    # Some clients send `*`, or an empty header.
    if accept not in ("", "*") and "*/*" not in accept and state.endpoint:
        response = state.endpoint.declaration.response
        media_type = (response and response.media_type) or JSON
        if not _accepts(state.request.accept_mimetypes, media_type):
            raise invalid_input("not-acceptable", f"The response is {media_type}, which the Accept header excludes.")


def _accepts(accepted: MIMEAccept, media_type: str) -> bool:
    """Return whether the client accepts the media type, regardless of parameters on either side."""
    bare = MIMEAccept([(each.partition(";")[0].strip(), quality) for each, quality in accepted])
    return bool(bare[media_type.partition(";")[0]])
