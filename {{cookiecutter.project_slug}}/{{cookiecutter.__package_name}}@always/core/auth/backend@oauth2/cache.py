"""The memory of callers whose token was checked a moment ago."""

from flask import current_app

from ... import services
from ..caller_cache import CallerCache


def forget() -> None:
    """Forget everyone, so that what was revoked is refused from the next request on. Call it after the commit."""
    services.get(current_app, CallerCache).clear()
