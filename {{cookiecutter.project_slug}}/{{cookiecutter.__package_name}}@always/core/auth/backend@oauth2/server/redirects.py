"""Where a person may be sent back to: the forms of a redirect URI and when two are the same (RFC 9700, section 2.1)."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from flask import Response

# What a URI is written with (RFC 3986, section 2), less the quotes that end an HTML attribute or a CSP source.
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&()*+,=%]+")
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(:[0-9]{1,5})?(/[^?]*)?(\?.*)?")
# RFC 8252, section 7.1: a scheme of an application's own is a domain name written backwards.
_OWN_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def fault(uri: str) -> str | None:
    """Return why a client may not register this redirect URI, or None."""
    rule = "it must be https, http on the loopback, or a scheme such as com.example.app"
    try:
        parts = urlsplit(uri)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return rule
    if not _PLAIN.fullmatch(uri) or parts.username is not None:
        return "it has a character, a user or a fragment that a redirect URI may not have"
    if parts.scheme == "https" and host:
        return None
    if parts.scheme == "http" and host in ("127.0.0.1", "::1", "localhost"):
        return None
    return None if _OWN_SCHEME.fullmatch(parts.scheme) and not host and parts.path.startswith("/") else rule


def registered(uri: str, known: Sequence[str]) -> bool:
    """Tell whether ``uri`` is one of the registered ones, letter for letter.

    Only the port of a loopback address may differ: a native application takes a free one (RFC 8252, section 7.3).
    """
    if uri in known:
        return True
    asked = _LOOPBACK.fullmatch(uri)
    return asked is not None and any(
        one is not None and (one[1], one[3], one[4]) == (asked[1], asked[3], asked[4])
        for one in map(_LOOPBACK.fullmatch, known)
    )


def origin(uri: str) -> str:
    """Return the origin of a redirect URI."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def source(uri: str) -> str:
    """Return the origin as a source of a content security policy, which has no way to write an IPv6 address."""
    parts = urlsplit(uri)
    return f"{parts.scheme}:" if parts.netloc.startswith("[") else origin(uri)


def back(uri: str, parameters: dict[str, str]) -> Response:
    """Send the browser back to the client: 303, so that nothing that was posted here is posted there."""
    where = f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"
    return Response(status=303, headers={"Location": where})
