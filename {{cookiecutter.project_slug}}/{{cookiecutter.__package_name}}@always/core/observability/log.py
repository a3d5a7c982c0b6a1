"""The journal: one JSON object a line, in UTC. The server writes to standard output, a command to standard error.

Values are JSON strings, so a line break in a path or a header cannot begin a line of its own (OWASP ASVS 5.0,
16.4.1). Nothing here ever receives a query or a body, nor a header but for ids and origins of a fixed form. A person
at a terminal gets the same lines as text.
"""

import logging
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

import click
import orjson

from . import terminal

Level = Literal["debug", "info", "warning", "error", "critical"]
LEVELS: dict[str, int] = {
    name: getattr(logging, name.upper()) for name in ("debug", "info", "warning", "error", "critical")
}
# Libraries log credentials at DEBUG; none of them gets to say more than this.
LIBRARY_LEVEL = logging.INFO
# The end of a stack tells the failure. With this bound a line fits into one atomic write to a pipe (4096 bytes),
# so that the lines of several workers do not run into each other.
STACK_CHARACTERS = 3000
_SERVICE = __name__.partition(".")[0]
_ONE_LINE_AT_A_TIME = threading.Lock()
_least = logging.INFO
_text_on_stdout = _text_on_stderr = False
_lost = False


def start(level: str, form: str) -> None:
    """Make the journal the only handler of ``logging``; it keeps ``level`` and above, in this form."""
    global _least, _text_on_stdout, _text_on_stderr
    _least = LEVELS[level]
    _text_on_stdout, _text_on_stderr = _as_text(form, sys.stdout), _as_text(form, sys.stderr)
    root = logging.getLogger()
    if not any(isinstance(handler, Handler) for handler in root.handlers):
        root.handlers = [Handler()]
    root.setLevel(max(_least, LIBRARY_LEVEL))
    logging.getLogger(_SERVICE).setLevel(_least)


def write(level: Level, event: str, **fields: Any) -> None:
    """Write one line. ``fields`` with the value None are left out."""
    if LEVELS[level] < _least:
        return
    record: dict[str, Any] = {"time": datetime.now(UTC), "level": level, "event": event}
    record.update((name, value) for name, value in fields.items() if value is not None)
    # A command's own output is its result, which something may read.
    context = click.get_current_context(silent=True)
    if context is None or context.info_name == "serve":
        stream, as_text = sys.stdout, _text_on_stdout
    else:
        stream, as_text = sys.stderr, _text_on_stderr
    line = terminal.line(record, colour=stream.isatty()) if as_text else _json(record)
    with _ONE_LINE_AT_A_TIME:
        _put(stream, line)


def _put(stream: TextIO, line: str) -> None:
    """Write the line if it can be written: no request fails because a disk is full or a reader has gone."""
    global _lost
    try:
        stream.write(line)
        stream.flush()
        _lost = False
    except OSError as error:
        if not _lost:
            _lost = True
            with suppress(OSError):
                sys.stderr.write(f"Lines of the journal are lost: {error}\n")
                sys.stderr.flush()


class Handler(logging.Handler):
    """Bring what libraries and the service log by ``logging`` into the same journal."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; the text of an exception goes along, its local values do not."""
        ours = record.name.partition(".")[0] == _SERVICE
        if not ours and record.levelno < LIBRARY_LEVEL:
            return  # a library whose logger has a level of its own asks the root for nothing
        if _assumed(record):
            return
        failure = record.exc_info and logging.Formatter().formatException(record.exc_info)[-STACK_CHARACTERS:]
        level = next((name for name in reversed(LEVELS) if LEVELS[name] <= record.levelno), "debug")
        write(level, "log", logger=record.name, message=record.getMessage(), exception=failure or None)  # type: ignore[arg-type]


def _assumed(record: logging.LogRecord) -> bool:
    """Tell whether Alembic says what it assumes: no news, as which migrations it runs is, and what has changed."""
    news = record.name.startswith("alembic.autogenerate.") or record.getMessage().startswith("Running ")
    return record.name.startswith("alembic.") and record.levelno < logging.WARNING and not news


def _json(record: dict[str, Any]) -> str:
    try:
        line = orjson.dumps(record, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a text that is no Unicode, such as a file name of other bytes
        return _json({name: value if name == "time" else _unicode(str(value)) for name, value in record.items()})
    text = line.decode()
    # JSON leaves these as they are, and some readers take them for the end of a line.
    return text if text.isascii() else text.translate({0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"})


def _unicode(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _as_text(form: str, stream: TextIO) -> bool:
    return form == "text" or (form == "auto" and stream.isatty())
