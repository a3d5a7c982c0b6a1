"""The memory of callers whose token was checked a moment ago."""

from typing import cast

from flask import Flask, current_app

from ...settings import Settings, of
from .. import revocations
from ..remembered import Remembered


def init_app(app: Flask) -> None:
    """Make the memory of ``app``."""
    app.extensions["remembered"] = Remembered(revocations.reader(of(app, Settings).database_url))


def remembered() -> Remembered:
    """Return the memory of the current application."""
    return cast(Remembered, current_app.extensions["remembered"])


def forget() -> None:
    """Forget everyone, so that what was revoked is refused from the next request on. Call it after the commit."""
    remembered().forget()
