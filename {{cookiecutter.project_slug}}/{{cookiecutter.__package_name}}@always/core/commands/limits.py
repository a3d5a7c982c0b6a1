"""``flask limits``: every limit in force and where it comes from; what one caller used, and how to forget it."""

import json
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import NamedTuple

import click
from flask import current_app
from flask.cli import FlaskGroup, with_appcontext
from limits import RateLimitItem, parse

from .. import services
from ..auth import backend
from ..cli import argument, table
from ..cli.database_group import DatabaseGroup
from ..database import connect
from ..limits import Count, Counters, declared_limits, network
from ..limits.enforcement import Rates
from ..observability import events
from ..request.caller import OwnRate
from ..settings import ActiveSettings
from .settings import text_of


class Limit(NamedTuple):
    """A limit in force: ``who`` is counted, and ``origin`` says who is and where it was set."""

    budget: str
    rate: RateLimitItem
    counts: str
    origin: str


class Counter(NamedTuple):
    """What one caller uses of a budget."""

    budget: str
    rate: RateLimitItem
    who: str


@click.group("limits", cls=DatabaseGroup, invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_context
@with_appcontext
def command(context: click.Context, as_json: bool) -> None:
    """Print every limit in force, what it counts and where it comes from.

    \b
    flask limits
    flask limits show ada
    flask limits reset 203.0.113.7
    """
    if context.invoked_subcommand is None:
        _list(as_json)


@command.command("show")
@click.argument("name", metavar="ID", callback=argument.text)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def show(name: str, as_json: bool) -> None:
    """Print where the budgets stand of a caller (its name or id, or that of its credential) or of an address.

    \b
    flask limits show ada
    flask limits show 203.0.113.7
    """
    counters = _counters()
    counts = [counters.hit(*counter, 0) for counter in _used_by(name)]
    _require_shared(counters)
    rows = [(count.budget, text_of(count.rate), str(count.remaining), str(count.reset)) for count in counts]
    _print(("budget", "rate", "remaining", "reset"), rows, as_json)
    if not any(_is_used(count) for count in counts):
        click.echo(f"Nothing is counted of {name} at the moment.", err=True)


@command.command("reset")
@click.argument("name", metavar="ID", callback=argument.text)
def reset(name: str) -> None:
    """Forget what a caller or an address has used: all its budgets are whole again.

    \b
    flask limits reset ada
    """
    counters, used = _counters(), False
    for counter in _used_by(name):
        used |= _is_used(counters.hit(*counter, 0))
        _require_shared(counters)
        counters.clear(*counter)
    events.record(events.AUTHZ_ADMIN, "the limits of a caller were reset", owner=name)
    click.echo(f"The budgets of {name} are whole again." if used else f"Nothing was counted of {name}.")


def hide_other() -> None:
    """Leave Flask-Limiter's own command out of the help: it knows nothing of the counters and budgets here."""
    context = click.get_current_context(silent=True)
    root = context and context.find_root().command
    if isinstance(root, FlaskGroup):
        root.commands.pop("limiter", None)


def _list(as_json: bool) -> None:
    limits = [*_of_settings(), *_of_views(), *_of_credentials()]
    rows = [(limit.budget, text_of(limit.rate), limit.counts, limit.origin) for limit in limits]
    _print(("budget", "rate", "counts", "from"), rows, as_json)


def _of_settings() -> Iterator[Limit]:
    active_settings = services.get(current_app, ActiveSettings)
    for budget, rate in _budgets().items():
        name = f"limits_{budget.replace('-', '_')}"
        yield Limit(budget, rate, active_settings.meaning(name), active_settings.source(name))


def _of_views() -> Iterator[Limit]:
    for limit in declared_limits(current_app):
        counts = "requests of one caller, else address" if limit.by_caller else "by a function of its own"
        yield Limit(limit.budget, limit.rate, counts, f"decorator of {limit.view}")


def _of_credentials() -> Iterator[Limit]:
    for rate, owner in {rate: owner for _, owner, rate in _own_rates()}.items():
        counts = f"requests of {owner} with this credential, or one that comes from it"
        yield Limit("caller", parse(rate.rate), counts, f"credential {rate.of}")


def _own_rates() -> list[tuple[str, str, OwnRate]]:
    """Return id, owner and rate of every credential that brings a rate of its own."""
    with connect() as connection:
        return backend.own_rates(connection)


def _used_by(name: str) -> list[Counter]:
    """Return every counter that there may be of a caller or an address."""
    try:
        address = network(str(ip_address(name)))
    except ValueError:
        return _used_by_caller(name)
    counters = [Counter(budget, rate, address) for budget, rate in _budgets().items() if budget != "caller"]
    return counters + _declared_for(f"address {address}")


def _used_by_caller(name: str) -> list[Counter]:
    with connect() as connection:
        who = f"caller {backend.caller_id(connection, name)}"
    counters = [Counter("caller", _budgets()["caller"], who), *_declared_for(who)]
    rates = dict.fromkeys(rate for credential, owner, rate in _own_rates() if name in (credential, rate.of, owner))
    return counters + [Counter("caller", parse(rate.rate), f"credential {rate.of}") for rate in rates]


def _declared_for(who: str) -> list[Counter]:
    return [Counter(limit.budget, limit.rate, who) for limit in declared_limits(current_app) if limit.by_caller]


def _is_used(count: Count) -> bool:
    return count.remaining < count.rate.amount


def _budgets() -> dict[str, RateLimitItem]:
    return services.get(current_app, Rates)


def _counters() -> Counters:
    counters = services.get(current_app, Counters)
    _require_shared(counters)
    return counters


def _require_shared(counters: Counters) -> None:
    if not counters.shared:
        raise click.ClickException(
            "The counters are in the memory of the processes that serve, where no command can see them; a restart "
            "forgets them."
        )


def _print(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([dict(zip(head, row, strict=True)) for row in rows], indent=2))
    else:
        table.show([[name.upper() for name in head], *rows])
