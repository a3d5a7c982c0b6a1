"""Strict parsing of query and form parameters, for the OAuth endpoints and the pages.

Repeated or long parameters, invalid UTF-8 and control characters are rejected, so that neither Authlib nor the database
nor a response header receives them. An empty parameter counts as absent (RFC 6749, section 3.1).
"""

import re
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from flask import g, request

from ...declare.declaration import FORM
from ...request import body

MAX_PARAMETERS = 50
MAX_LENGTH = 16_384  # characters of a name or value; a page or a redirect may return it
CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f]")


def form() -> dict[str, str]:
    """Return the form parameters of the request body. Raises ``InvalidRequestError``."""
    if "form" not in g:
        if request.mimetype != FORM:
            raise InvalidRequestError(f"The request body must be {FORM}.")
        g.form = _parse(body.read(request))
    parameters: dict[str, str] = g.form
    return parameters


def query() -> dict[str, str]:
    """Return the query parameters. Raises ``InvalidRequestError``."""
    return _parse(request.query_string)


def _parse(encoded: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except ValueError:
        raise InvalidRequestError(
            f"The parameters must be percent-encoded UTF-8, and at most {MAX_PARAMETERS}."
        ) from None
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise InvalidRequestError("A parameter is repeated.")
    if any(max(len(name), len(value)) > MAX_LENGTH for name, value in pairs):
        raise InvalidRequestError(f"A parameter is longer than {MAX_LENGTH} characters.")
    if any(CONTROL_CHARACTER.search(name + value) for name, value in pairs):
        raise InvalidRequestError("A parameter contains a control character.")
    return {name: value for name, value in parameters.items() if value}
