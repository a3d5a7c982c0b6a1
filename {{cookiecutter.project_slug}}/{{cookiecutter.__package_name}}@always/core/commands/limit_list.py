"""All rate limits, and where each of them is set."""

from collections.abc import Iterator

import flask_limiter.commands
from flask import current_app
from flask_limiter._limits import RuntimeLimit
from limits import parse

from .. import services
from ..auth import backend
from ..database import connect
from ..declare.declaration import Endpoints
from ..limits import Counters, get_remote_address
from ..limits.limiter import default_key, name_of
from ..request.caller import OwnRate
from ..settings import ActiveSettings
from ..settings.fields import to_string

# The command of Flask-Limiter, which would report a limiter that is not used.
flask_limiter.commands.cli.hidden = True


def all_limits() -> list[dict[str, str]]:
    """Return name, rate, what it counts and where it is set for each limit: of settings, views and credentials."""
    rows = [*_of_settings(), *_of_views(), *_of_credentials()]
    return [dict(zip(("limit", "rate", "counts", "source"), row, strict=True)) for row in rows]


def _of_settings() -> Iterator[tuple[str, ...]]:
    active_settings = services.get(current_app, ActiveSettings)
    for name, rate in services.get(current_app, Counters).rates.items():
        setting = f"limits_{name.replace('-', '_')}"
        raw = active_settings.raw.get(setting)
        source = f"{raw.source}: {raw.name}" if raw else "default"
        yield name, to_string(rate), active_settings.fields[setting].metadata["meaning"], source


def _of_views() -> Iterator[tuple[str, ...]]:
    keys = {default_key: "requests of one caller, else address", get_remote_address: "requests of one address"}
    for endpoint, name, limit in view_limits():
        counts = keys.get(limit.key_func, "requests with one result of its key_func")
        yield name, to_string(limit.limit), counts, f"decorator of {endpoint}"


def _of_credentials() -> Iterator[tuple[str, ...]]:
    for rate, owner in {rate: owner for _, owner, rate in own_rates()}.items():
        counts = f"requests of {owner}, with all credentials that share this rate"
        yield "caller", to_string(parse(rate.rate)), counts, f"credential {rate.counted_as}"


def own_rates() -> list[tuple[str, str, OwnRate]]:
    """Return id, owner and rate of every credential that has a rate of its own."""
    with connect() as connection:
        return backend.own_rates(connection)


def view_limits() -> Iterator[tuple[str, str, RuntimeLimit]]:
    """Yield endpoint, name and limit of each limit that a view declares, except those that need a request."""
    endpoints, rates = services.get(current_app, Endpoints), services.get(current_app, Counters).rates
    for rule in current_app.url_map.iter_rules():
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        for scope, limit in endpoints[rule.endpoint].limits.fixed(rule.endpoint, methods):
            yield rule.endpoint, name_of(limit, scope, rates), limit
