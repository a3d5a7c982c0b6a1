"""Random tokens, the digests that the database stores instead of them, and the hash of a name in the log."""

import hashlib
import hmac
import secrets

from flask import current_app

from .settings import secret_keys


def generate() -> str:
    """Return a new token of 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return the SHA-256 digest of a token; 256 random bits need no slow password hash (OWASP ASVS 5.0, 11.2.4).

    Client input may contain lone surrogates, which must not raise.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def name_hash(name: str) -> str:
    """Return a keyed hash for the log of a name that does not exist: the user may have typed a password there."""
    key = secret_keys(current_app)[0].encode()
    return hmac.new(key, b"name " + name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]
