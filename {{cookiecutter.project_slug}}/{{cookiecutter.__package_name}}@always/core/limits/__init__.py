"""Rate limits: the storages that count hits, the headers, and the decorators for views.

``pipeline.limits`` hits the limits of every request: per address, per caller, for failed authentications and for
unknown paths. A view adds limits with ``@limiter.limit`` and ``@limiter.shared_limit``.
"""

from typing import cast

from flask import Flask, Response
from flask_limiter import RateLimitExceeded
from flask_limiter.util import get_remote_address
from limits import RateLimitItem

from .. import services
from ..observability.metrics import Metrics
from ..problems import Problem
from ..settings import ActiveSettings, Settings, get_settings
from .counters import Counters, network
from .limiter import RouteLimits, SettingRate, limiter
from .request import RequestLimits, begin, count_failed_authentication, current
from .result import LimitResult, StorageUnavailable
from .storage import open_storage

__all__ = [
    "Counters",
    "LimitResult",
    "RequestLimits",
    "RouteLimits",
    "SettingRate",
    "StorageUnavailable",
    "begin",
    "count_failed_authentication",
    "current",
    "get_remote_address",
    "init_app",
    "limiter",
    "network",
]


def init_app(app: Flask) -> None:
    """Register the counters of ``app``, and handlers for exceeded limits and an unavailable storage."""
    settings = get_settings(app, Settings)
    # Every setting limits_a_b is the rate of the limit a-b, also those of ``auth/backend`` and of the service.
    rates = {
        name.removeprefix("limits_").replace("_", "-"): value
        for name, value in services.get(app, ActiveSettings).values.items()
        if name.startswith("limits_") and isinstance(value, RateLimitItem)
    }
    metrics = services.get(app, Metrics)
    storage = open_storage(settings, metrics.limiter_storage_unavailable.set)
    services.register(app, Counters(storage, settings.secret_key, rates))

    # Both handlers go through the error handlers of the blueprint, which may have another error format.
    @app.errorhandler(RateLimitExceeded)
    def exceeded(error: RateLimitExceeded) -> Response:
        if isinstance(error.response, Response):
            return error.response
        try:
            current().reject(error.description if error.limit and error.limit.error_message else None)
        except Problem as problem:
            return cast(Response, app.handle_http_exception(problem))

    @app.errorhandler(StorageUnavailable)
    def unavailable(_error: StorageUnavailable) -> Response:
        problem = Problem("unavailable", "The rate limits cannot be checked now.", headers=[("Retry-After", "2")])
        return cast(Response, app.handle_http_exception(problem))
