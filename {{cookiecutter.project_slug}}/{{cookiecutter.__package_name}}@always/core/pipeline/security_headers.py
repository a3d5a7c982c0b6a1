"""The security headers of every response (OWASP ASVS 5.0, 3.4 and 14.3.2).

A view that needs another value sets the header itself; the middleware adds only the missing ones.
"""

from collections.abc import Set

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
# RFC 6797, section 7.2: not over plain HTTP.
HTTPS: Headers = [("Strict-Transport-Security", "max-age=31536000; includeSubDomains"), *COMMON]
_NAMES = frozenset(name for name, _ in HTTPS)


def missing(scheme: str, present: Set[str]) -> Headers:
    """Return the security headers for a response over ``scheme`` whose names are not ``present``."""
    headers = HTTPS if scheme == "https" else COMMON
    return headers if _NAMES.isdisjoint(present) else [header for header in headers if header[0] not in present]
