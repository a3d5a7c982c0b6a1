"""``flask anomalies``: the findings of the alert rules, from the journal alone."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

import click
from flask import current_app
from flask.cli import with_appcontext

from .. import certificate, services
from ..anomalies.anomaly import Anomaly
from ..anomalies.catalogue import Anomalies
from ..anomalies.detection import Found, detect
from ..clock import now
from ..limits import network
from ..settings import ActiveSettings, Settings

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(_context: click.Context, _option: click.Parameter, text: str) -> timedelta:
    form = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if form is None:
        raise click.BadParameter("give a time such as 90m, 1h or 7d")
    return timedelta(**{UNITS[form[2]]: int(form[1])})


@click.command("anomalies")
@click.option("--since", default="1h", callback=_duration, show_default=True, help="How far to look back.")
@click.option("--log", type=click.File("r", encoding="utf-8", errors="replace"), default="-", help="The journal.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@with_appcontext
def command(since: timedelta, log: TextIO, as_json: bool) -> None:
    """Look for anomalies in the journal, from a file or standard input; exit with 1 when there is one.

    \b
    flask anomalies --since 1h --log service.log
    """
    lines = _Lines(log, now() - since)
    anomalies = services.get(current_app, Anomalies)
    found = [*detect(lines, network, anomalies), *_certificate()]
    if as_json:
        click.echo(json.dumps([_record(one, anomalies[one.name]) for one in found], indent=2))
    else:
        for one in found:
            click.echo(_told(one, anomalies[one.name]))
        click.echo(f"Anomalies: {len(found)}. Lines of the journal: {lines.read}.", err=True)
    if lines.strange:
        told = f"Lines that are none of the journal in JSON: {lines.strange}. Set `format` of `[log]` to json."
        click.echo(told, err=True)
    sys.exit(1 if found else 0)


class _Lines:
    """The lines of a journal from a moment on; others are counted and passed over."""

    def __init__(self, log: TextIO, since: datetime) -> None:
        self._log, self._since = log, since
        self.read = self.strange = 0

    def __iter__(self) -> Iterator[tuple[datetime, dict[str, Any]]]:
        for text in self._log:
            try:
                moment, line = _read(text)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                self.strange += bool(text.strip())
                continue
            if moment >= self._since:
                self.read += 1
                yield moment, line


def _read(text: str) -> tuple[datetime, dict[str, Any]]:
    """Return the moment and the fields of a line; what is null is not there. Raises for what is none of the journal."""
    line = {name: value for name, value in json.loads(text).items() if value is not None}
    moment = datetime.fromisoformat(line["time"])
    numbers = [line[name] for name in ("status", "duration_ms")] if line["event"] == "request" else []
    texts = [line[name] for name in ("event", "address", "caller", "credential", "route") if name in line]
    fits = all(isinstance(one, str) for one in texts) and all(isinstance(one, int | float) for one in numbers)
    if not fits or moment.tzinfo is None:
        raise ValueError("a line of something else")
    return moment, line


def _certificate() -> Iterator[Found]:
    active_settings = services.get(current_app, ActiveSettings)
    settings, name, at = active_settings[Settings], "certificate_expiry", now()
    if settings.server_tls:
        with suppress(OSError):
            chain, key = (
                active_settings.root / settings.server_certificate,
                active_settings.root / settings.server_certificate_key,
            )
            ends = datetime.fromtimestamp(certificate.ends(chain, key, None), UTC)
            if ends - at <= timedelta(days=services.get(current_app, Anomalies)[name].limit):
                yield Found(name, chain.name, (ends - at).days, at, at)


def _record(one: Found, anomaly: Anomaly) -> dict[str, Any]:
    times = {"first": one.first.isoformat(), "last": one.last.isoformat()}
    return asdict(one) | times | {"summary": anomaly.summary, "action": anomaly.action}


def _told(one: Found, anomaly: Anomaly) -> str:
    # The caller chooses neither its address nor its id, but nothing of a log may command the terminal.
    who = one.who if one.who.isprintable() else ascii(one.who)
    return (
        f"{one.first:%Y-%m-%d %H:%M:%S} to {one.last:%H:%M:%S}  {one.name}  {who} ({one.most:g})\n"
        f"    {anomaly.summary} {anomaly.meaning}\n    {anomaly.action}"
    )
