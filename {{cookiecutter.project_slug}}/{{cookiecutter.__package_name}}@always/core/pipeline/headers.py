"""The security headers of every answer (OWASP ASVS 5.0, 3.4 and 14.3.2).

The lists are made once; a view that must say otherwise sets the header itself and is left alone.
"""

from collections.abc import Iterable

Headers = list[tuple[str, str]]

COMMON: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()",
    ),
]
# RFC 6797, section 7.2: never over plain HTTP.
SECURE: Headers = [("Strict-Transport-Security", "max-age=31536000; includeSubDomains"), *COMMON]


def of_body(status: int, own: Headers) -> Headers:
    """Return the headers of an answer without a type where it has no body (RFC 9110, section 8.3)."""
    if status == 204 or ("Content-Length", "0") in own:
        return [header for header in own if header[0] != "Content-Type"]
    return own


def missing(scheme: str, present: Iterable[tuple[str, str]]) -> Headers:
    """Return the security headers that an answer over ``scheme`` does not have yet."""
    names = {name for name, _ in present}
    return [header for header in (SECURE if scheme == "https" else COMMON) if header[0] not in names]
