"""What ``flask doctor`` looks at for tokens."""

from collections.abc import Iterator

from flask import Flask

from ...database import connect
from ...diagnostics import Check, Finding
from . import protected_resource
from .server import signing_keys


def signing(_app: Flask) -> Iterator[Finding]:
    """Find signing keys that were sealed under another secret key: they sign no more."""
    with connect() as connection:
        rows = signing_keys.published(connection)
    lost = sum(signing_keys.opened(row) is None for row in rows)
    if lost:
        yield Finding(
            f"{lost} signing keys do not open under APP_SECRET_KEY",
            "give back the secret key that they were made with, or let the service make another one",
            grave=False,
        )


checks = (Check("signing keys", "they open", signing), protected_resource.check)
