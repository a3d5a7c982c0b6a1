"""Rate limits: the storages that count hits, the headers, and the decorators for views.

``pipeline.limits`` hits the limits of every request: per address, per caller, for failed authentications and for
unknown paths. A view adds limits with ``@limiter.limit`` and ``@limiter.shared_limit``.
"""

from flask_limiter.util import get_remote_address

from .counters import Counters, network
from .limiter import RouteLimiter, RouteLimits, SettingRate, limiter
from .request import RequestLimits, begin, count_failed_authentication
from .result import LimitResult, StorageUnavailable
from .setup import init_app

__all__ = [
    "Counters",
    "LimitResult",
    "RequestLimits",
    "RouteLimiter",
    "RouteLimits",
    "SettingRate",
    "StorageUnavailable",
    "begin",
    "count_failed_authentication",
    "get_remote_address",
    "init_app",
    "limiter",
    "network",
]
