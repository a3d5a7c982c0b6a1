"""How often: per address, per caller, for failed authentications and for paths that do not exist.

The budgets of every request are counted here, straight on the strategy of ``limits``; Flask-Limiter's own check on
every request would cost several times as much. A route may declare more limits with ``@limiter.limit``, as in the
Flask-Limiter documentation; those are counted when the view is called.
"""

from .counting import network
from .enforcement import by_address, by_caller, failed_authentication, init_app, show
from .marks import rationed, unlimited
from .routes import limiter

__all__ = [
    "by_address",
    "by_caller",
    "failed_authentication",
    "init_app",
    "limiter",
    "network",
    "rationed",
    "show",
    "unlimited",
]
