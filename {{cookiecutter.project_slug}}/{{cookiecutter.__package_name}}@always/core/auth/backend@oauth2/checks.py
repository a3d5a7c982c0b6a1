"""Checks of ``flask doctor`` for the signing keys and the URL of the service."""

from collections.abc import Iterator

from flask import Flask

from ...database import connect
from ...diagnostics import Check, Finding
from . import protected_resource
from .server import signing_keys


def check_signing_keys(_app: Flask) -> Iterator[Finding]:
    """Report signing keys that were encrypted with another secret key."""
    with connect() as connection:
        rows = signing_keys.find_published(connection)
    undecryptable = sum(signing_keys.decrypt(row) is None for row in rows)
    if undecryptable:
        yield Finding(
            f"{undecryptable} signing keys cannot be decrypted with APP_SECRET_KEY",
            "restore the previous APP_SECRET_KEY, or ignore this: the service creates a new signing key",
            severity="warning",
        )
    if any(map(signing_keys.needs_previous_secret, rows)):
        yield Finding(
            "a published signing key is encrypted with APP_SECRET_KEY_PREVIOUS",
            "run `flask signing-keys rotate`, and remove APP_SECRET_KEY_PREVIOUS when this warning has disappeared",
            severity="warning",
        )


CHECKS = (Check("signing keys", "all signing keys can be decrypted", check_signing_keys), protected_resource.check)
