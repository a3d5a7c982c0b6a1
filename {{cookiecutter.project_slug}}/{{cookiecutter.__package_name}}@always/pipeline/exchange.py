"""One request on its way through the layers, and what its endpoint declares.

Both are handed to the layers as they are: each look at a global such as ``request`` costs a microsecond, and a dozen
layers look often.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask, Request

from ..auth import guards
from ..auth.caller import Caller
from ..auth.marks import Mark, mark_of
from ..auth.scopes import SCOPES
from ..contract.declaration import Contract, contract_of
from ..settings import StartRefused

if TYPE_CHECKING:
    from .limits.counting import Count
    from .limits.marks import Ration

KEY = "service.exchange"  # where the WSGI environment keeps it


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a view declares, collected once at the start.

    ``limited`` tells whether it has limits of its own by ``@limiter.limit``.
    """

    route: str
    mark: Mark
    contract: Contract
    ration: "Ration | None"
    unlimited: bool
    limited: bool


@dataclass(slots=True)
class Exchange:
    """A request, what is known of it so far, and what its answer will carry.

    ``endpoint`` is None where no view will be called: routing failed, or Flask answers OPTIONS by itself.
    ``counts`` tell where the budgets stand, by name; ``declared`` whether one of them is a limit of the view's own.
    ``headers`` are written as they stand, so nothing that came from outside belongs there.
    """

    app: Flask
    request: Request
    environ: dict[str, Any]
    endpoint: Endpoint | None
    caller: Caller | None = None
    counts: "dict[str, Count]" = field(default_factory=dict)
    declared: bool = False
    headers: list[tuple[str, str]] = field(default_factory=list)


def begin(app: Flask, request: Request) -> Exchange:
    """Return the exchange for a request that was just routed, and leave it where the WSGI ring finds it."""
    endpoints: dict[str, Endpoint] = app.extensions["endpoints"]
    rule = request.url_rule
    endpoint = None if rule is None or request.method == "OPTIONS" else endpoints[rule.endpoint]
    exchange = request.environ[KEY] = Exchange(app, request, request.environ, endpoint)
    return exchange


def init_app(app: Flask) -> None:
    """Collect what every endpoint declares.

    Raises ``StartRefused`` for an endpoint that has no mark, or names a scope or a guard that does not exist.
    """
    app.extensions["endpoints"] = {
        rule.endpoint: _collected(app, rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()
    }


def _collected(app: Flask, route: str, name: str) -> Endpoint:
    view = app.view_functions[name]
    mark = mark_of(view)
    if mark is None:
        raise StartRefused(
            f"The endpoint {name} ({route}) has no mark: say who may call it with @public, @authenticated, "
            "@requires or @guarded_by."
        )
    if mark.scope is not None and mark.scope not in SCOPES:
        raise StartRefused(f"The endpoint {name} requires {mark.scope}, which is no scope.")
    if mark.guard is not None and mark.guard not in guards.names(app):
        raise StartRefused(f"The endpoint {name} is guarded by {mark.guard}, which nothing is.")
    return Endpoint(
        route=route,
        mark=mark,
        contract=contract_of(view),
        ration=getattr(view, "__ration__", None),
        unlimited=hasattr(view, "__unlimited__"),
        limited=hasattr(view, "__wrapper-limiter-instance"),
    )
