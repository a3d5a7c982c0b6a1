"""How often: per address, per caller, for failed authentications and for paths that do not exist.

The budgets of every request are counted in ``enforcement``; a view joins one more by ``@rationed``, tells of one that
it counts on itself by ``@spends``, leaves all by ``@unlimited``, and may declare limits of its own with
``@limiter.limit`` (``declared``). Whoever counts, the counters are one ``Store``: ``storage`` says where.
"""

from .counting import Count, Counters, network
from .declared import declared_limits, limiter
from .enforcement import by_address, by_caller, check, failed_authentication, init_app, show, spend
from .marks import rationed, spends, unlimited

__all__ = [
    "Count",
    "Counters",
    "by_address",
    "by_caller",
    "check",
    "declared_limits",
    "failed_authentication",
    "init_app",
    "limiter",
    "network",
    "rationed",
    "show",
    "spend",
    "spends",
    "unlimited",
]
