"""Set up the rate limits of an application: the storage, and the responses to errors."""

from typing import cast

from flask import Flask, Response
from flask_limiter import RateLimitExceeded
from limits import RateLimitItem

from .. import services
from ..observability.metrics import Metrics
from ..problems import Problem
from ..settings import ActiveSettings, Settings, get_settings
from .counters import Counters
from .request import current
from .result import StorageUnavailable
from .storage import open_storage


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
        problem = Problem(
            "unavailable", "The rate limits cannot be checked at the moment.", headers=[("Retry-After", "2")]
        )
        return cast(Response, app.handle_http_exception(problem))
