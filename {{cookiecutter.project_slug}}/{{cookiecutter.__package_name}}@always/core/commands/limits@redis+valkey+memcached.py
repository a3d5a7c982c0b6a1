"""``flask limits``: all rate limits and where they are set; the remaining quota of a client, and how to reset it."""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import NamedTuple

import click
from flask import current_app
from flask.cli import with_appcontext
from limits import RateLimitItem, parse

from .. import services
from ..auth import backend
from ..cli import DatabaseGroup, json_option, print_records, utf8
from ..database import connect
from ..declare.declaration import Endpoints
from ..limits import Counters, LimitResult, StorageUnavailable, get_remote_address, network
from ..limits.limiter import default_key, names_of
from ..observability import events
from ..settings.fields import to_string
from .limit_list import all_limits, own_rates, view_limits


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
        print_records(all_limits(), as_json)


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


def _results(name: str) -> list[tuple[Counter, LimitResult]]:
    """Return each rate limit of a caller or an address with its current state."""
    counters = services.get(current_app, Counters)
    try:
        found = _counters_of_address(f"address {network(str(ip_address(name)))}")
    except ValueError:
        found = _counters_of_caller(name)
    with suppress(StorageUnavailable):
        results = [(counter, counters.hit(*counter, cost=0)) for counter in found]
        if counters.storage.shared:
            return results
    raise click.ClickException(
        "The limiter storage is unavailable. Until it is available again, each worker counts in its own memory, which "
        "no command can read."
    )


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
    named = (rate for credential, owner, rate in own_rates() if name in (credential, rate.counted_as, owner))
    return counters + [
        Counter("caller", f"credential {rate.counted_as}", parse(rate.rate)) for rate in dict.fromkeys(named)
    ]


def _counters_of_views(client: str, *keys: Callable[[], str]) -> list[Counter]:
    return [Counter(name, client, limit.limit) for _, name, limit in view_limits() if limit.key_func in keys]
