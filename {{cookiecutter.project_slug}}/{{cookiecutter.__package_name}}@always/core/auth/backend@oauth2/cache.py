"""The memory of callers whose token was checked a moment ago."""

from flask import Flask, current_app

from ... import services
from ...settings import Settings, get_settings
from ..caller_cache import CallerCache
from . import revocations


def init_app(app: Flask) -> None:
    """Make the memory of ``app``."""
    services.register(app, CallerCache(revocations.reader(get_settings(app, Settings).database_url)))


def forget() -> None:
    """Forget everyone, so that what was revoked is refused from the next request on. Call it after the commit."""
    services.get(current_app, CallerCache).clear()
