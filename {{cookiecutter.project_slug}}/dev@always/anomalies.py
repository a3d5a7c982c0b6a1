"""Detect in log lines what the alert rules detect in the metrics: ``uv run python -m dev.anomalies --log FILE``.

The rules and thresholds are those of the service in this folder.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

import click
from flask import Flask

from . import service
from .detection import Detection, detect

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
CERTIFICATE = "certificate_expiry"


def _duration(_context: click.Context, _option: click.Parameter, text: str) -> timedelta:
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a duration such as 90m, 1h or 7d.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


@click.command()
@click.option("--since", default="1h", callback=_duration, show_default=True, help="How far to look back.")
@click.option("--log", type=click.File("r", encoding="utf-8", errors="replace"), default="-", help="The log file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(since: timedelta, log: TextIO, as_json: bool) -> None:
    """Detect anomalies in a log file or standard input; exit with status 1 if there are any.

    \b
    python -m dev.anomalies --since 1h --log service.log
    """
    app = service.application()
    anomalies = service.core().services.get(app, service.core().anomalies.Anomalies)
    lines = _LogLines(log, datetime.now(UTC) - since)
    found = [*detect(lines, anomalies), *_certificate(app, anomalies)]
    if as_json:
        print(json.dumps([_record(detection, anomalies[detection.name]) for detection in found], indent=2))
    else:
        for detection in found:
            click.echo(_text(detection, anomalies[detection.name]))
        click.echo(f"Anomalies: {len(found)}. Log lines: {lines.read}.", err=True)
    if lines.skipped:
        click.echo(
            f"Skipped {lines.skipped} lines that are not JSON log lines. Set `format` of `[log]` to json.", err=True
        )
    sys.exit(1 if found else 0)


class _LogLines:
    """The lines of a log from a time on. Lines of anything else are counted and skipped."""

    def __init__(self, log: TextIO, since: datetime) -> None:
        self._log, self._since = log, since
        self.read = self.skipped = 0

    def __iter__(self) -> Iterator[tuple[datetime, dict[str, Any]]]:
        for text in self._log:
            try:
                time, line = _parse(text)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                self.skipped += bool(text.strip())
                continue
            if time >= self._since:
                self.read += 1
                yield time, line


def _parse(text: str) -> tuple[datetime, dict[str, Any]]:
    """Return the time and the fields of a line, without those that are null. Raises if it is not a log line."""
    line = {name: value for name, value in json.loads(text).items() if value is not None}
    time = datetime.fromisoformat(line["time"])
    numbers = [line[name] for name in ("status", "duration_ms")] if line["event"] == "request" else []
    strings = [line[name] for name in ("event", "address", "caller", "credential", "route") if name in line]
    valid = all(isinstance(value, str) for value in strings) and all(
        isinstance(value, int | float) for value in numbers
    )
    if not valid or time.tzinfo is None:
        raise ValueError("not a log line of this service")
    return time, line


def _certificate(app: Flask, anomalies: Mapping[str, Any]) -> Iterator[Detection]:
    core = service.core()
    active_settings = core.services.get(app, core.settings.ActiveSettings)
    if active_settings[core.settings.Settings].server_tls and CERTIFICATE in anomalies:
        with suppress(OSError):
            validity, time = core.certificate.validity(active_settings), datetime.now(UTC)
            if validity.ends_soon(time, anomalies[CERTIFICATE].limit):
                name = core.certificate.paths(active_settings)[0].name
                yield Detection(CERTIFICATE, name, (validity.end - time).days, time, time)


def _record(detection: Detection, anomaly: Any) -> dict[str, Any]:
    times = {"first": detection.first.isoformat(), "last": detection.last.isoformat()}
    return asdict(detection) | times | {"summary": anomaly.summary, "action": anomaly.action}


def _text(detection: Detection, anomaly: Any) -> str:
    # Clients choose neither their address nor their id, but a log file may contain terminal escape sequences.
    source = detection.source if detection.source.isprintable() else ascii(detection.source)
    return (
        f"{detection.first:%Y-%m-%d %H:%M:%S} to {detection.last:%H:%M:%S}"
        f"  {detection.name}  {source} ({detection.peak:g})\n"
        f"    {anomaly.summary} {anomaly.meaning}\n    {anomaly.action}"
    )


if __name__ == "__main__":
    command(prog_name="python -m dev.anomalies")
