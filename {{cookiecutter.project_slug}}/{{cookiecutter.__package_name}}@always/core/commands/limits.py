"""``flask limits``: all rate limits and where they are set; the remaining quota of a client, and how to reset it."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address
from typing import NamedTuple

import click
import flask_limiter.commands
from flask import current_app
from flask.cli import with_appcontext
from flask_limiter._limits import RuntimeLimit
from limits import RateLimitItem, parse

from .. import services
from ..auth import backend
from ..cli import argument
from ..cli.database_group import DatabaseGroup
from ..cli.output import json_option, print_records
from ..database import connect
from ..declare.declaration import Endpoints
from ..limits import Counters, LimitResult, get_remote_address, network
from ..limits.limiter import default_key, name_of, names_of
from ..observability import events
from ..request.caller import OwnRate
from ..settings import ActiveSettings
from ..settings.fields import to_string

# The command of Flask-Limiter, which would report a limiter that is not used.
flask_limiter.commands.cli.hidden = True


class Limit(NamedTuple):
    """A rate limit; ``counts`` says what it counts, ``origin`` where it is set."""

    name: str
    rate: RateLimitItem
    counts: str
    origin: str


class Counter(NamedTuple):
    """A rate limit of one client, in the order of the arguments of ``Counters.hit``."""

    name: str
    client: str
    rate: RateLimitItem


@click.group("limits", cls=DatabaseGroup, invoke_without_command=True)
@json_option
@click.pass_context
@with_appcontext
def command(context: click.Context, as_json: bool) -> None:
    """List all rate limits: what each counts and where it is set.

    \b
    flask limits
    flask limits show ada
    flask limits reset 203.0.113.7
    """
    if context.invoked_subcommand is None:
        _list(as_json)


@command.command("show")
@click.argument("name", metavar="ID", callback=argument.utf8)
@json_option
def show(name: str, as_json: bool) -> None:
    """Show the remaining quota of a caller (name, id or credential id) or an IP address.

    \b
    flask limits show ada
    flask limits show 203.0.113.7
    """
    counters = _counters()
    found = [(counter.name, counters.hit(*counter, cost=0)) for counter in _counters_of(name)]
    _require_shared(counters)
    records = [
        {"limit": limit, "rate": to_string(now.rate), "remaining": now.remaining, "reset": now.reset_after}
        for limit, now in found
    ]
    print_records(records, as_json)
    if not any(_is_used(result) for _, result in found):
        click.echo(f"No requests of {name} are counted at the moment.", err=True)


@command.command("reset")
@click.argument("name", metavar="ID", callback=argument.utf8)
def reset(name: str) -> None:
    """Reset all rate limits of a caller (name, id or credential id) or an IP address.

    \b
    flask limits reset ada
    """
    counters, used = _counters(), False
    for counter in _counters_of(name):
        used |= _is_used(counters.hit(*counter, cost=0))
        _require_shared(counters)
        counters.clear(*counter)
    events.record(events.AUTHZ_ADMIN, "the limits of a caller were reset", owner=name)
    click.echo(f"Reset all rate limits of {name}." if used else f"No requests of {name} were counted.")


def _list(as_json: bool) -> None:
    limits = [*_of_settings(), *_of_views(), *_of_credentials()]
    records = [
        {"limit": limit.name, "rate": to_string(limit.rate), "counts": limit.counts, "from": limit.origin}
        for limit in limits
    ]
    print_records(records, as_json)


def _of_settings() -> Iterator[Limit]:
    active_settings = services.get(current_app, ActiveSettings)
    for name, rate in _rates().items():
        setting = f"limits_{name.replace('-', '_')}"
        raw = active_settings.raw.get(setting)
        origin = f"{raw.origin}: {raw.name}" if raw else "default"
        yield Limit(name, rate, active_settings.fields[setting].metadata["meaning"], origin)


def _of_views() -> Iterator[Limit]:
    keys = {default_key: "requests of one caller, else address", get_remote_address: "requests of one address"}
    for endpoint, name, limit in _view_limits():
        counts = keys.get(limit.key_func, "requests with one result of its key_func")
        yield Limit(name, limit.limit, counts, f"decorator of {endpoint}")


def _of_credentials() -> Iterator[Limit]:
    for rate, owner in {rate: owner for _, owner, rate in _own_rates()}.items():
        counts = f"requests of {owner} with this credential, or one that was made with it"
        yield Limit("caller", parse(rate.rate), counts, f"credential {rate.of}")


def _own_rates() -> list[tuple[str, str, OwnRate]]:
    """Return id, owner and rate of every credential that has a rate of its own."""
    with connect() as connection:
        return backend.own_rates(connection)


def _counters_of(name: str) -> list[Counter]:
    """Return all rate limits that a caller or an address may have."""
    try:
        address = f"address {network(str(ip_address(name)))}"
    except ValueError:
        return _counters_of_caller(name)
    views = services.get(current_app, Endpoints).values()
    others = {"caller", *(limit for view in views for limit in names_of(view.limits.by_caller))}
    counters = [Counter(limit, address, rate) for limit, rate in _rates().items() if limit not in others]
    return counters + _counters_of_views(address, default_key, get_remote_address)


def _counters_of_caller(name: str) -> list[Counter]:
    with connect() as connection:
        client = f"caller {backend.caller_id(connection, name)}"
    counters = [Counter("caller", client, _rates()["caller"]), *_counters_of_views(client, default_key)]
    rates = dict.fromkeys(rate for credential, owner, rate in _own_rates() if name in (credential, rate.of, owner))
    return counters + [Counter("caller", f"credential {rate.of}", parse(rate.rate)) for rate in rates]


def _counters_of_views(client: str, *keys: Callable[[], str]) -> list[Counter]:
    return [Counter(name, client, limit.limit) for _, name, limit in _view_limits() if limit.key_func in keys]


def _view_limits() -> Iterator[tuple[str, str, RuntimeLimit]]:
    """Yield endpoint, name and limit of each limit that a view declares, except those that need a request."""
    endpoints, rates = services.get(current_app, Endpoints), _rates()
    for rule in current_app.url_map.iter_rules():
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        for scope, limit in endpoints[rule.endpoint].limits.fixed(rule.endpoint, methods):
            yield rule.endpoint, name_of(limit, scope, rates), limit


def _is_used(result: LimitResult) -> bool:
    return result.remaining < result.rate.amount


def _rates() -> Mapping[str, RateLimitItem]:
    return services.get(current_app, Counters).rates


def _counters() -> Counters:
    counters = services.get(current_app, Counters)
    _require_shared(counters)
    return counters


def _require_shared(counters: Counters) -> None:
    if not counters.shared:
        raise click.ClickException(
            "The counters are in the memory of each worker process, which no command can read. Restart the service to "
            "reset all rate limits."
        )
