"""``flask limits``: all rate limits and where they are set; the remaining quota of a client, and how to reset it."""

from collections.abc import Callable, Iterator
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
from ..cli import DatabaseGroup, json_option, print_records, utf8
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
        rows = [*_of_settings(), *_of_views(), *_of_credentials()]
        print_records([dict(zip(("limit", "rate", "counts", "source"), row, strict=True)) for row in rows], as_json)


@command.command("show")
@click.argument("name", metavar="ID", callback=utf8)
@json_option
def show(name: str, as_json: bool) -> None:
    """Show the remaining quota of a caller (name, id or credential id) or an IP address.

    \b
    flask limits show ada
    flask limits show 203.0.113.7
    """
    results = _results(name)
    records = [
        {"limit": counter.name, "rate": to_string(now.rate), "remaining": now.remaining, "reset": now.reset_after}
        for counter, now in results
    ]
    print_records(records, as_json)
    if not _any_counted(results):
        click.echo(f"No requests of {name} are counted at the moment.", err=True)


@command.command("reset")
@click.argument("name", metavar="ID", callback=utf8)
def reset(name: str) -> None:
    """Reset all rate limits of a caller (name, id or credential id) or an IP address.

    \b
    flask limits reset ada
    """
    results = _results(name)
    for counter, _ in results:
        services.get(current_app, Counters).clear(*counter)
    events.record(events.AUTHZ_ADMIN, "the limits of a caller were reset", owner=name)
    click.echo(f"Reset all rate limits of {name}." if _any_counted(results) else f"No requests of {name} were counted.")


def _of_settings() -> Iterator[tuple[str, ...]]:
    """Yield name, rate, what it counts and where it is set for each limit in the settings."""
    active_settings = services.get(current_app, ActiveSettings)
    for name, rate in services.get(current_app, Counters).rates.items():
        setting = f"limits_{name.replace('-', '_')}"
        raw = active_settings.raw.get(setting)
        source = f"{raw.source}: {raw.name}" if raw else "default"
        yield name, to_string(rate), active_settings.fields[setting].metadata["meaning"], source


def _of_views() -> Iterator[tuple[str, ...]]:
    keys = {default_key: "requests of one caller, else address", get_remote_address: "requests of one address"}
    for endpoint, name, limit in _view_limits():
        counts = keys.get(limit.key_func, "requests with one result of its key_func")
        yield name, to_string(limit.limit), counts, f"decorator of {endpoint}"


def _of_credentials() -> Iterator[tuple[str, ...]]:
    for rate, owner in {rate: owner for _, owner, rate in _own_rates()}.items():
        counts = f"requests of {owner} with this credential, or one that was made with it"
        yield "caller", to_string(parse(rate.rate)), counts, f"credential {rate.of}"


def _own_rates() -> list[tuple[str, str, OwnRate]]:
    """Return id, owner and rate of every credential that has a rate of its own."""
    with connect() as connection:
        return backend.own_rates(connection)


def _view_limits() -> Iterator[tuple[str, str, RuntimeLimit]]:
    """Yield endpoint, name and limit of each limit that a view declares, except those that need a request."""
    endpoints, rates = services.get(current_app, Endpoints), services.get(current_app, Counters).rates
    for rule in current_app.url_map.iter_rules():
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        for scope, limit in endpoints[rule.endpoint].limits.fixed(rule.endpoint, methods):
            yield rule.endpoint, name_of(limit, scope, rates), limit


def _results(name: str) -> list[tuple[Counter, LimitResult]]:
    """Return each rate limit of a caller or an address with its current state."""
    counters = services.get(current_app, Counters)
    try:
        found = _counters_of_address(f"address {network(str(ip_address(name)))}")
    except ValueError:
        found = _counters_of_caller(name)
    results = [(counter, counters.hit(*counter, cost=0)) for counter in found]
    if not counters.storage.shared:
        raise click.ClickException(
            "The counters are in the memory of each worker process, which no command can read. Restart the service to "
            "reset all rate limits."
        )
    return results


def _any_counted(results: list[tuple[Counter, LimitResult]]) -> bool:
    return any(result.remaining < result.rate.amount for _, result in results)


def _counters_of_address(client: str) -> list[Counter]:
    endpoints, rates = services.get(current_app, Endpoints).values(), services.get(current_app, Counters).rates
    others = {"caller", *(limit for endpoint in endpoints for limit in names_of(endpoint.limits.by_caller))}
    counters = [Counter(limit, client, rate) for limit, rate in rates.items() if limit not in others]
    return counters + _counters_of_views(client, default_key, get_remote_address)


def _counters_of_caller(name: str) -> list[Counter]:
    with connect() as connection:
        client = f"caller {backend.caller_id(connection, name)}"
    counters = [Counter("caller", client, services.get(current_app, Counters).rates["caller"])]
    counters += _counters_of_views(client, default_key)
    rates = dict.fromkeys(rate for credential, owner, rate in _own_rates() if name in (credential, rate.of, owner))
    return counters + [Counter("caller", f"credential {rate.of}", parse(rate.rate)) for rate in rates]


def _counters_of_views(client: str, *keys: Callable[[], str]) -> list[Counter]:
    return [Counter(name, client, limit.limit) for _, name, limit in _view_limits() if limit.key_func in keys]
