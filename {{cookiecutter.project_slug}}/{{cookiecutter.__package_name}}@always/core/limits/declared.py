"""Limits that a view declares for itself: ``@limiter.limit("5/minute")``, as in the Flask-Limiter documentation.

Flask-Limiter decides which limits apply to a call; they are counted where every other budget is, with the same
storage, the same answer to its faults and the same headers. What it offers for all requests together, and for whole
blueprints, would be silently without effect here, so it stops the start.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, request
from flask_limiter import ExemptionScope, Limiter
from flask_limiter.util import get_qualified_name
from limits import RateLimitItem, WindowStats
from limits.strategies import RateLimiter

from .. import services
from ..clock import now
from ..request.state import KEY, RequestState
from ..settings import ConfigurationError
from .counting import Count, Counters, network
from .result import StorageAway


def who() -> str:
    """Return who the request at hand counts as: its caller, else the network of its address."""
    state = _exchange()
    if state.caller is not None:
        return f"caller {state.caller.id}"
    return f"address {network(state.environ.get('REMOTE_ADDR', ''))}"


def budget_of(scope: str, item: RateLimitItem) -> str:
    """Return the name of the budget of a declared limit; one view may have several, by their windows."""
    return f"{scope}:{item.get_expiry()}s"


class Strategy(RateLimiter):
    """What Flask-Limiter hits: the counters of the application at hand."""

    def __init__(self) -> None:
        """Need no storage: the counters have one."""

    def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        """Take ``cost`` from the budget if it has that much."""
        *_, key, scope = identifiers
        return _noted(_counters().hit(budget_of(scope, item), item, key, cost)).admitted

    def test(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        """Tell whether the budget has that much."""
        *_, key, scope = identifiers
        count = _counters().hit(budget_of(scope, item), item, key, 0)
        return _noted(count._replace(admitted=count.remaining >= cost)).admitted

    def get_window_stats(self, item: RateLimitItem, *identifiers: str) -> WindowStats:
        """Return when there is more room, and how much there is now."""
        *_, key, scope = identifiers
        count = _counters().hit(budget_of(scope, item), item, key, 0)
        return WindowStats(now().timestamp() + count.reset, count.remaining)

    def clear(self, item: RateLimitItem, *identifiers: str) -> None:
        """Forget what was counted."""
        *_, key, scope = identifiers
        _counters().clear(budget_of(scope, item), item, key)


class DeclaredLimiter(Limiter):
    """Flask-Limiter's decorators over our counters."""

    _counting = Strategy()

    @property
    def limiter(self) -> RateLimiter:
        """What counts."""
        return self._counting

    def limit(self, limit_value: Any, *, key_func: Callable[[], str] | None = None, **options: Any) -> Any:
        """Limit a view: see Flask-Limiter."""
        return super().limit(limit_value, key_func=_never_blank(key_func), **options)

    def shared_limit(
        self, limit_value: Any, scope: Any, *, key_func: Callable[[], str] | None = None, **options: Any
    ) -> Any:
        """Limit several views together: see Flask-Limiter."""
        return super().shared_limit(limit_value, scope, key_func=_never_blank(key_func), **options)


def _never_blank(key_func: Callable[[], str] | None) -> Callable[[], str] | None:
    # Flask-Limiter counts nothing for a key that is blank, so that a caller could leave out what it is known by.
    return key_func and (lambda: f"key {key_func()}")


limiter = DeclaredLimiter(key_func=who)


def init_app(app: Flask) -> None:
    """Join Flask-Limiter to the application."""
    # Unused, but it opens a storage at the start, which must not fail when ours is away.
    app.config["RATELIMIT_STORAGE_URI"] = "memory://"
    # An application whose extensions name the limiter gets none of its hooks: they would look for limits on every
    # request, also where a view declares none. The decorator checks those that it declares.
    app.extensions.setdefault("limiter", set()).add(limiter)
    limiter.init_app(app)


def check(app: Flask) -> None:
    """Raise ``StartRefused`` for a declaration that would have no effect."""
    manager = limiter.limit_manager
    if manager.default_limits or manager.application_limits:
        raise ConfigurationError("The limiter has default or application limits: set the rates under [limits] instead.")
    for name in app.blueprints:
        if manager.blueprint_limits(app, name):
            raise ConfigurationError(
                f"The blueprint {name} has a limit: declare it on each of its views, as a shared_limit."
            )
    for endpoint, view in app.view_functions.items():
        blueprint = endpoint.rpartition(".")[0]
        if manager.exemption_scope(app, endpoint, blueprint) != ExemptionScope.NONE:
            raise ConfigurationError(
                f"{get_qualified_name(view)} is exempt by the limiter: mark it @unlimited instead."
            )


class Declaration(NamedTuple):
    """A limit of a view; ``by_caller`` tells whether it counts callers, or what a function of its own says."""

    view: str
    budget: str
    rate: RateLimitItem
    by_caller: bool


def declared_limits(app: Flask) -> Iterator[Declaration]:
    """Return every limit that a view declares, but for those whose scope is only known with a request."""
    for rule in app.url_map.iter_rules():
        for limit in limiter.limit_manager.decorated_limits(get_qualified_name(app.view_functions[rule.endpoint])):
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}) if limit.per_method else [None]
            for method in methods if not callable(limit.scope) else ():
                budget = budget_of(limit.scope_for(rule.endpoint, method), limit.limit)
                yield Declaration(rule.endpoint, budget, limit.limit, limit.key_func is who)


def deduct(response: Response) -> None:
    """Count the request on the limits that were to wait for its answer (``deduct_when``)."""
    for limit, identifiers in limiter.context.conditional_deductions.items():
        if limit.deduct_when and limit.deduct_when(response):
            try:
                limiter.limiter.hit(limit.limit, *identifiers, cost=limit.deduction_amount)
            except StorageAway:
                return  # the request was admitted; its answer is not lost for this


def _exchange() -> RequestState:
    state: RequestState = request.environ[KEY]
    return state


def _noted(count: Count) -> Count:
    """Let the answer tell of a declared limit too."""
    state = _exchange()
    state.declared = True
    state.counts[count.budget] = count
    return count


def _counters() -> Counters:
    return services.get(current_app, Counters)
