"""Read the parameters of an OAuth request or of a page's form, strictly.

A parameter that stands twice, text that is not UTF-8 and control characters are refused; an empty one counts as
absent (RFC 6749, section 3.1). Nothing that comes out of here can surprise a library, a database or a header.
"""

import re
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from flask import g, request

from ...pipeline import body

FORM = "application/x-www-form-urlencoded"
MAX_NUMBER = 50
CONTROL = re.compile("[\x00-\x1f\x7f]")


def form() -> dict[str, str]:
    """Return the parameters of the form in the body. Raises ``InvalidRequestError``."""
    if "form" not in g:
        if request.mimetype != FORM:
            raise InvalidRequestError(f"The body must be {FORM}.")
        g.form = _read(body.read(request))
    found: dict[str, str] = g.form
    return found


def query() -> dict[str, str]:
    """Return the parameters of the query. Raises ``InvalidRequestError``."""
    return _read(request.query_string)


def _read(text: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_NUMBER)
    except ValueError:
        raise InvalidRequestError("The parameters are too many, or not percent-encoded UTF-8.") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidRequestError("A parameter stands twice.")
    if any(CONTROL.search(name + value) for name, value in pairs):
        raise InvalidRequestError("A parameter contains a control character.")
    return {name: value for name, value in found.items() if value}
