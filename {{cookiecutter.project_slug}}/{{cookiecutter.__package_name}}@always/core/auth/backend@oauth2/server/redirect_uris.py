"""Redirect URIs: which may be registered, when two match, and the redirect to the client (RFC 9700, section 2.1)."""

import re
from collections.abc import Collection
from urllib.parse import urlencode, urlsplit

from flask import Response
from werkzeug.urls import iri_to_uri

# The characters of a URI (RFC 3986, section 2) without those that would end an HTML attribute or a CSP source: ' and ;
_URI = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&()*+,=%]+")
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(:[0-9]{1,5})?(/[^?]*)?(\?.*)?")
_MAX_PORT = 65535
# A private-use scheme is a reversed domain name (RFC 8252, section 7.1).
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def violation(uri: str) -> str | None:
    """Return why the redirect URI may not be registered, or None if it may."""
    rule = (
        "must start with https://, with http:// and a loopback host, or with a private scheme such as com.example.app:/"
    )
    try:
        parts = urlsplit(uri)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return rule
    if not _URI.fullmatch(uri) or parts.username is not None:
        return "must contain only the characters of a URI, and no user name, fragment, quote or semicolon"
    is_secure = parts.scheme == "https" and host
    is_loopback = parts.scheme == "http" and host in ("127.0.0.1", "::1", "localhost")
    is_private = _PRIVATE_SCHEME.fullmatch(parts.scheme) and not host and parts.path.startswith("/")
    return _header_violation(uri) if is_secure or is_loopback or is_private else rule


def is_registered(uri: str, registered: Collection[str]) -> bool:
    """Return whether ``uri`` exactly equals a registered one.

    Only the port of a loopback address may differ, because native applications use a free port (RFC 8252, section 7.3).
    """
    if uri in registered:
        return True
    requested = _LOOPBACK.fullmatch(uri)
    if requested is None or int((requested[2] or ":0")[1:]) > _MAX_PORT:
        return False
    return any(
        known is not None and (known[1], known[3], known[4]) == (requested[1], requested[3], requested[4])
        for known in map(_LOOPBACK.fullmatch, registered)
    )


def origin(uri: str) -> str:
    """Return the origin of a redirect URI, or its scheme if it has no host."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def csp_source(uri: str) -> str:
    """Return the source for a CSP: the origin, or only its scheme for an IPv6 address, which a CSP cannot contain."""
    parts = urlsplit(uri)
    return f"{parts.scheme}:" if parts.netloc.startswith("[") else origin(uri)


def redirect(uri: str, parameters: dict[str, str]) -> Response:
    """Redirect the browser to the client with 303, so that it does not repeat the POST there."""
    location = f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"
    return Response(status=303, headers={"Location": location})


def _header_violation(uri: str) -> str | None:
    """Return why Werkzeug could not write the URI unchanged to the header ``Location``, or None if it could."""
    try:
        written = iri_to_uri(uri)
    except ValueError:
        return "must contain a valid host name, in which each part has 1 to 63 characters"
    return None if written == uri else f"must be written as {written}"
