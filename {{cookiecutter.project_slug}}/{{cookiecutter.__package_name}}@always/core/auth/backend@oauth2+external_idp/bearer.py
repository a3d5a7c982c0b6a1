"""The bearer token of a request, and the challenge that asks for one (RFC 6750)."""

import re
from typing import Any

from flask import current_app

from ...problems import Problem
from ..errors import AuthenticationError
from . import protected_resource

CREDENTIAL_HEADER = "Authorization"
# RFC 6750, section 2.1. The scheme is case-insensitive (RFC 9110, section 11.1).
_CREDENTIAL = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_SCHEME = re.compile(r"bearer( |$)", re.IGNORECASE)


def token(environ: dict[str, Any]) -> str | None:
    """Return the token in the ``Authorization`` header, the only place where a token is read, or None.

    Raises ``AuthenticationError`` for a malformed token and ``Problem`` (400) for two credentials.
    """
    value = environ.get("HTTP_AUTHORIZATION")
    if value is None:
        return None
    credential = _CREDENTIAL.fullmatch(value)
    if credential is not None:
        return credential[1]
    if "," in value:
        # Servers join repeated headers with a comma, a character that no token contains.
        raise Problem(
            "ambiguous-credentials",
            "Send one token, in one Authorization header.",
            headers=[("WWW-Authenticate", challenge("invalid_request"))],
        )
    if _SCHEME.match(value):
        raise AuthenticationError("the bearer token is malformed")
    return None


def challenge(error: str | None = None, scope: str | None = None) -> str:
    """Return the value of ``WWW-Authenticate`` (RFC 6750, section 3; RFC 9728, section 5.1)."""
    parameters = [f'realm="{current_app.name}"']
    parameters += [f'error="{error}"'] if error else []
    parameters += [f'scope="{scope}"'] if scope else []
    parameters.append(f'resource_metadata="{protected_resource.metadata_url()}"')
    return "Bearer " + ", ".join(parameters)
