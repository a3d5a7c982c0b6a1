"""Random tokens, and the digests that the database stores instead of them."""

import hashlib
import secrets


def generate() -> str:
    """Return a new token of 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return the SHA-256 digest of a token; 256 random bits need no slow password hash (OWASP ASVS 5.0, 11.2.4).

    Client input may contain lone surrogates, which must not raise.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
