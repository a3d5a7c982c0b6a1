"""The bearer token of a request, and the challenge to send one (RFC 6750)."""

import re

from flask import current_app, request

from ...problems import Problem
from ..errors import AuthenticationError
from . import protected_resource

CREDENTIAL_HEADER = "Authorization"
# RFC 6750, section 2.1; RFC 9110, section 11.1: the scheme in any case.
_CREDENTIAL = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_SCHEME = re.compile(r"bearer( |$)", re.IGNORECASE)


def token() -> str | None:
    """Return the token in the ``Authorization`` header, or None when there is none; it is taken from nowhere else.

    Raises ``Unauthenticated`` for what is no token by its form, and a 400 for two credentials.
    """
    text = request.environ.get("HTTP_AUTHORIZATION")
    if text is None:
        return None
    form = _CREDENTIAL.fullmatch(text)
    if form is not None:
        return form[1]
    if "," in text:
        # Servers join repeated headers with a comma, which is in no token.
        raise Problem(
            "ambiguous-credentials",
            "Send one token, in one Authorization header.",
            headers=[("WWW-Authenticate", challenge("invalid_request"))],
        )
    if _SCHEME.match(text):
        raise AuthenticationError("no bearer token by its form")
    return None


def challenge(error: str | None = None, scope: str | None = None) -> str:
    """Return a ``WWW-Authenticate`` value (RFC 6750, section 3; RFC 9728, section 5.1)."""
    parts = [f'realm="{current_app.name}"']
    parts += [f'error="{error}"'] if error else []
    parts += [f'scope="{scope}"'] if scope else []
    parts.append(f'resource_metadata="{protected_resource.address()}"')
    return "Bearer " + ", ".join(parts)
