"""Limits that a route declares for itself: ``@limiter.limit("5/minute")``, as in the Flask-Limiter documentation."""

from flask import Flask, current_app, g, request
from flask_limiter import Limiter

from ...settings import Settings, of
from ...settings.limiter import BACKEND
from .counting import Counters, network


def who() -> str:
    """Return who the request at hand counts as: its caller, else the network of its address."""
    caller = g.get("caller")
    return f"caller {caller.id}" if caller else f"address {network(request.remote_addr or '')}"


def _hidden() -> str:
    counters: Counters = current_app.extensions["counters"]
    return counters.hidden(who())


limiter = Limiter(key_func=_hidden)


def init_app(app: Flask) -> None:
    """Give Flask-Limiter its storage and strategy."""
    settings = of(app, Settings)
    app.config.from_mapping(
        RATELIMIT_STORAGE_URI=settings.limiter_uri,
        RATELIMIT_STORAGE_OPTIONS=dict(BACKEND.options),
        RATELIMIT_STRATEGY=settings.limits_strategy,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
    )
    # An application whose extensions name the limiter gets none of its hooks: they would look for limits on every
    # request, also where a view declares none. The decorator checks those that it declares.
    app.extensions.setdefault("limiter", set()).add(limiter)
    limiter.init_app(app)
