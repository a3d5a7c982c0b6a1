"""Checks of the dependencies: the database, its migrations, the limiter storage and the clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import func, select
from werkzeug.exceptions import ServiceUnavailable

from .. import services
from ..clock import now
from ..database import Branches, UTCDateTime, connect, engine
from ..diagnostics import Finding
from ..endpoints.health import Dependencies
from ..limits import Counters
from ..settings import ActiveSettings
from .exposure import workers

MAX_SKEW = timedelta(seconds=5)


def migrations(app: Flask) -> Iterator[Finding]:
    """Report a branch of migrations whose head is not the revision in the database."""
    try:
        with connect() as connection:
            findings = [*services.get(app, Branches).differences(connection), *engine.findings(connection)]
    except ServiceUnavailable as error:
        hints = (hint for reason, hint in engine.HINTS.items() if reason in str(error.__cause__))
        yield Finding("the database is unreachable", next(hints, "start it, or correct APP_DATABASE_URL"))
    else:
        yield from findings


def unavailable(app: Flask) -> Iterator[Finding]:
    """Report what ``/readyz`` reports as unavailable."""
    for name, state in services.get(app, Dependencies).states().items():
        if state != "ok":
            reason = "unreachable or not migrated" if name == "database" else "unavailable"
            yield Finding(
                f"the {name} is {reason}",
                "start it, or correct its URL in the settings",
                "error" if name == "database" else "warning",
            )


def limits(app: Flask) -> Iterator[Finding]:
    """Report workers that do not count together, and a storage that does not count."""
    yield from workers(app)
    try:
        services.get(app, Counters).storage.check()
    except Exception as error:  # clients also raise errors of sockets and parsers
        yield Finding(
            f"the limiter storage does not count: {type(error).__name__}: {error}",
            "check APP_LIMITER_URI, every server in it, and the rights of its user (docs/operations.md)",
        )


def clock(app: Flask) -> Iterator[Finding]:
    """Report a wrong clock, with which credentials would expire too early or too late."""
    active_settings, time = services.get(app, ActiveSettings), now()
    saved = datetime.fromtimestamp((active_settings.root / "settings.toml").stat().st_mtime, UTC)
    if saved > time + MAX_SKEW:
        yield Finding("settings.toml was saved in the future", "synchronise the clock with NTP")
    with connect() as connection:
        database_time = connection.scalar(select(func.current_timestamp(type_=UTCDateTime)))
    if database_time is not None and abs(database_time - time) > MAX_SKEW:
        yield Finding(f"the clock of the database differs by {abs(database_time - time)}", "synchronise both with NTP")
