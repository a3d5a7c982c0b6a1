"""Flask-Limiter's decorators: ``@limiter.limit("5/minute")``, ``@limiter.shared_limit``, ``@limiter.exempt``.

Flask-Limiter only collects these declarations. The pipeline checks them before validation, so that requests with an
invalid body count too, in the storage of all other limits. The default key is the caller, or else the address.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import NamedTuple

from flask import Flask, Response, request
from flask_limiter import ExemptionScope, Limit, Limiter, RateLimitExceeded, RequestLimit
from flask_limiter._limits import RuntimeLimit
from flask_limiter.util import get_qualified_name, get_remote_address
from limits import RateLimitItem, WindowStats

from ..settings import ConfigurationError
from .request import Deduction, RequestLimits, current

# Each element is a tuple, or a ``Limit`` whose rate is a function, which yields the rate of the current request.
Declared = tuple[Iterable[RuntimeLimit], ...]


@dataclass(frozen=True)
class SettingRate:
    """The rate of a setting, as in ``@limiter.shared_limit(SettingRate("exports"), scope="exports")``."""

    name: str

    def __call__(self) -> str:
        """Return the rate in Flask-Limiter's notation."""
        return str(current().counters.rates[self.name])


class RouteLimits(NamedTuple):
    """The rate limits that one view declares; ``view`` is its qualified name.

    Limits with ``key_func=get_remote_address`` are ``by_address`` and checked before authentication, all others after
    it. Requests for an ``exempt`` view do not count towards the general limits per address and caller.
    """

    view: str
    exempt: bool
    by_address: Declared
    by_caller: Declared

    def names(self, *, has_caller: bool) -> list[str]:
        """Return the names of all limits of a request; those without a rate in the settings are ``route``."""
        address = [] if self.exempt else ["address"]
        caller = ["caller"] if has_caller and not self.exempt else []
        return list(dict.fromkeys([*address, *names_of(self.by_address), *caller, *names_of(self.by_caller)]))

    def fixed(self, endpoint: str, methods: Iterable[str]) -> Iterator[tuple[str, RuntimeLimit]]:
        """Yield scope and limit, except where one of them depends on the request."""
        for limit in chain(*(each for each in (*self.by_address, *self.by_caller) if isinstance(each, tuple))):
            for method in methods if limit.per_method else ("",):
                if not callable(limit.scope):
                    yield limit.scope_for(endpoint, method or "ANY"), limit


def default_key() -> str:
    """Return the caller of the current request, or else its address."""
    limits = current()
    return limits.caller or limits.address


class RouteLimiter(Limiter):
    """Flask-Limiter without its own storage and hooks: ``init_app`` is never called."""

    def collect(self, app: Flask, endpoint: str, rates: Mapping[str, RateLimitItem]) -> RouteLimits:
        """Return the limits of a view. Raises ``ConfigurationError`` for an invalid or unsupported declaration."""
        manager, blueprint = self.limit_manager, endpoint.rpartition(".")[0]
        view = get_qualified_name(app.view_functions[endpoint])
        declared = self._declared(view)
        if not any(limit.override_defaults for limit in declared):
            declared += self._of_blueprint(app, blueprint)
        for limit in declared:
            _validate(limit, endpoint, rates)
        if manager.default_limits or manager.application_limits or self._request_filters:
            raise ConfigurationError(
                "The limiter has default limits, application limits or a request filter, which have no effect. Use "
                "the settings under [limits], and limit, shared_limit and exempt."
            )
        exemption = manager.exemption_scope(app, endpoint, blueprint)
        return RouteLimits(
            view,
            exempt=bool(exemption & (ExemptionScope.APPLICATION | ExemptionScope.DEFAULT)),
            by_address=tuple(_parsed(limit) for limit in declared if limit.limit_by is get_remote_address),
            by_caller=tuple(_parsed(limit) for limit in declared if limit.limit_by is not get_remote_address),
        )

    def check(self, declared: Declared, limits: RequestLimits) -> None:
        """Hit declared limits, the shortest window first. Raises ``RateLimitExceeded``."""
        applicable = [each for each in chain(*declared) if not (each.is_exempt or each.method_exempt)]
        for meta in chain(*(limit.meta_limits or () for limit in applicable)):
            self._hit(meta, limits, only_read=True)
        for limit in sorted(applicable, key=lambda each: each.limit):
            try:
                self._hit(limit, limits, only_read=limit.deduct_when is not None)
            except RateLimitExceeded:
                for meta in limit.meta_limits or ():
                    self._hit(meta, limits)
                raise

    def _hit(self, limit: RuntimeLimit, limits: RequestLimits, *, only_read: bool = False) -> None:
        scope = limit.scope_for(request.endpoint or "", request.method)
        name, client = name_of(limit, scope, limits.counters.rates), _client(limit, limits)
        cost = limit.deduction_amount
        result = limits.count(name, client, limit.limit, 0 if only_read else cost, strict=True)
        if only_read:
            result = limits.results[name] = result._replace(admitted=result.remaining >= cost)
        if not result.admitted:
            exceeded = RequestLimit(self, limit.limit, [client, scope], breached=True, shared=limit.shared)
            exceeded._window = WindowStats(time.time() + result.reset, result.remaining)
            response = limit.on_breach(exceeded) if limit.on_breach else None
            raise RateLimitExceeded(limit, response if isinstance(response, Response) else None)
        if limit.deduct_when:
            limits.deductions.append(Deduction(limit, name, client, cost))

    def _declared(self, name: str) -> list[Limit]:
        return list(self.limit_manager._decorated_limits.get(name, ()))

    def _of_blueprint(self, app: Flask, name: str) -> list[Limit]:
        """Return the limits of a blueprint, and those of the blueprints around it unless its own ones override them."""
        names = [app.blueprints[each].name for each in accumulate(name.split("."), "{}.{}".format) if each]
        *around, own = (list(self.limit_manager._blueprint_limits.get(each, ())) for each in names or [""])
        return own if own and all(limit.override_defaults for limit in own) else [*chain(*around), *own]

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        # Flask-Limiter calls this before each decorated function, also the view, whose limits the pipeline has checked.
        limits = current()
        if callable_name and callable_name != limits.view:
            self.check(tuple(self._declared(callable_name)), limits)


def name_of(limit: RuntimeLimit, scope: str, rates: Mapping[str, RateLimitItem]) -> str:
    """Return the name of a limit. Outside the settings it contains the window, since a view can have several limits."""
    return scope if limit.shared and limit.scope in rates else f"{scope}:{limit.limit.get_expiry()}s"


def _client(limit: RuntimeLimit, limits: RequestLimits) -> str:
    if limit.key_func is get_remote_address:
        return limits.address  # not the address itself: an IPv6 customer has 2**64 addresses
    if limit.key_func is default_key:
        return default_key()
    # With an empty key Flask-Limiter would not count at all.
    key = limit.key_func()
    return f"key {key}" if key else default_key()


def names_of(declared: Declared) -> list[str]:
    """Return the name of each limit that has a rate in the settings, and ``route`` for the others."""
    providers = (each.limit_provider if isinstance(each, Limit) else None for each in declared)
    return [provider.name if isinstance(provider, SettingRate) else "route" for provider in providers]


def _parsed(limit: Limit) -> Iterable[RuntimeLimit]:
    return limit if callable(limit.limit_provider) else tuple(limit)


def _validate(limit: Limit, endpoint: str, rates: Mapping[str, RateLimitItem]) -> None:
    provider = limit.limit_provider
    if isinstance(provider, SettingRate):
        if provider.name not in rates or (limit.shared, limit.scope) != (True, provider.name):
            setting = f"limits_{provider.name.replace('-', '_')}"
            raise ConfigurationError(
                f"Endpoint {endpoint} uses SettingRate({provider.name!r}), which needs the setting {setting} and a "
                f"shared_limit with scope={provider.name!r}."
            )
    elif limit.shared and limit.scope in rates:
        raise ConfigurationError(
            f"Endpoint {endpoint} has a shared_limit with the name of a limit in the settings. Rename {limit.scope!r}."
        )
    elif not callable(provider):
        try:
            tuple(limit)  # parses the rate; Flask-Limiter would log the error and not limit the view
        except ValueError as error:
            problem = f"Endpoint {endpoint} has the invalid rate limit {provider!r}: {error}. Write it like 5/minute."
            raise ConfigurationError(problem) from None


limiter = RouteLimiter(key_func=default_key)
