"""The log: one JSON object per line, in UTC. The server writes to standard output, a command to standard error.

Values are JSON strings, so a line break in a path or a header cannot start a line of its own (OWASP ASVS 5.0,
16.4.1). Bodies, queries and headers are never logged, except for ids and origins of a fixed format. A terminal shows
the same lines as text. Each line is one write, without a lock; a server queues those of the access log.
"""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from io import UnsupportedOperation
from multiprocessing.util import Finalize
from typing import Any, Literal, TextIO, get_args

import click
import orjson

from . import terminal
from .log_queue import LogQueue

Level = Literal["debug", "info", "warning", "error", "critical"]
LEVELS: dict[str, int] = {name: getattr(logging, name.upper()) for name in get_args(Level)}
# Libraries log credentials at DEBUG, so their debug lines are always dropped.
LIBRARY_LEVEL = logging.INFO
# A write of at most 4,096 bytes to a pipe is atomic, so lines of several workers do not mix.
LINE_BYTES = 4096
MIN_CUT = 64  # characters; neither the request id nor the name of an event is longer

# The id of the current request, which every line carries. It is a context variable, and not taken from Flask's request
# context, because the middleware and streamed responses run outside of that.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
trace_ids: Callable[[], dict[str, str]] = dict  # returns more ids of the request, if traces are enabled

_SERVICE = __name__.partition(".")[0]
_level = logging.INFO
_text_on_stdout = _text_on_stderr = False
_failing = False
_queue: LogQueue | None = None
_command: click.Context | None = None  # of the command that created the application


def start(level: str, form: str) -> None:
    """Replace the handlers of ``logging`` with this log, and write lines of ``level`` and above as JSON or text."""
    global _level, _text_on_stdout, _text_on_stderr, _command
    _level, _command = LEVELS[level], click.get_current_context(silent=True)
    _text_on_stdout, _text_on_stderr = _is_text(form, sys.stdout), _is_text(form, sys.stderr)
    root = logging.getLogger()
    if not any(isinstance(handler, Handler) for handler in root.handlers):
        root.handlers = [Handler()]
    root.setLevel(max(_level, LIBRARY_LEVEL))
    logging.getLogger(_SERVICE).setLevel(_level)


def write(level: Level, event: str, **fields: Any) -> None:
    """Write one line. Fields with the value None are omitted, and long values are cut to fit into ``LINE_BYTES``."""
    if LEVELS[level] < _level:
        return
    record = {"time": datetime.now(UTC), "level": level, "event": event, "request_id": request_id.get(), **trace_ids()}
    record |= fields
    queue = _queue  # another thread may close it meanwhile
    # The standard output of a command is its result, which a script may parse. Only its main thread has a context.
    context = None if queue else click.get_current_context(silent=True) or _command
    if context is None or context.find_root().invoked_subcommand == "serve":
        stream, as_text = sys.stdout, _text_on_stdout
    else:
        stream, as_text = sys.stderr, _text_on_stderr
    render = partial(_text, colour=stream.isatty()) if as_text else _json
    line = _bounded({name: value for name, value in record.items() if value is not None}, render)
    if queue is not None and event == "request":
        queue.put(line)
    else:
        _put(stream, line)


def start_queue(count_dropped: Callable[[], None]) -> None:
    """Queue the lines of the access log from now on; ``count_dropped`` is called for each line that is dropped."""
    global _queue
    _queue = LogQueue(lambda lines: _put(sys.stdout, lines), LINE_BYTES, count_dropped, _report_dropped)
    Finalize(None, close_queue, exitpriority=0)  # a forked worker does not run the functions of atexit


def close_queue() -> None:
    """Write the queued lines, and write the later ones directly. Does nothing without a queue."""
    global _queue
    queue, _queue = _queue, None
    if queue is not None:
        queue.close()


def _report_dropped(number: int) -> None:
    message = "lines of the access log were dropped: what reads the output is too slow"
    write("error", "log", message=message, dropped=number)


def _put(stream: TextIO, lines: bytes) -> None:
    """Write whole lines, or report once that lines are lost: a full disk or a closed pipe must not fail a request."""
    global _failing
    try:
        try:
            os.write(stream.fileno(), lines)  # unlike writing to the stream, this needs no lock
        except UnsupportedOperation:  # a stream in memory
            stream.write(lines.decode())
            stream.flush()
        _failing = False
    except OSError as error:
        if not _failing:
            _failing = True
            with suppress(OSError):
                sys.stderr.write(f"Log lines are lost: {error}\n")
                sys.stderr.flush()


class Handler(logging.Handler):
    """Writes what libraries and the service log with ``logging`` to the same log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, with the traceback of an exception but without its local variables."""
        if record.levelno < LIBRARY_LEVEL and record.name.partition(".")[0] != _SERVICE:
            return  # a logger with a level of its own does not check the level of the root logger
        if _is_start_up_noise(record):
            return
        try:
            message = record.getMessage()
        except Exception:  # the arguments do not fit the format, or one of them cannot be printed
            message = str(record.msg)
        traceback = logging.Formatter().formatException(record.exc_info) if record.exc_info else None
        level = next((name for name in reversed(LEVELS) if LEVELS[name] <= record.levelno), "debug")
        write(level, "log", logger=record.name, message=message, exception=traceback)  # type: ignore[arg-type]


def _is_start_up_noise(record: logging.LogRecord) -> bool:
    """Return whether Alembic only reports its configuration. Migration runs and detected changes are kept."""
    if not record.name.startswith("alembic.") or record.levelno >= logging.WARNING:
        return False
    return not (record.name.startswith("alembic.autogenerate.") or str(record.msg).startswith("Running "))


def _bounded(record: dict[str, Any], render: Callable[[dict[str, Any]], bytes]) -> bytes:
    """Return the rendered record, with its longest values cut until it fits into ``LINE_BYTES``."""
    line, length = render(record), LINE_BYTES
    while len(line) > LINE_BYTES:
        if length > MIN_CUT:
            length = length * 3 // 4
            record = {name: _cut(name, value, length) for name, value in record.items()}
        else:
            record.popitem()
        line = render(record)
    return line


def _cut(name: str, value: Any, length: int) -> Any:
    """Return a value of at most ``length`` characters and "...". The end of a traceback names the failure."""
    text = value if isinstance(value, str) else str(value)
    if len(text) <= length or isinstance(value, datetime):
        return value
    return f"...{text[-length:]}" if name == "exception" else f"{text[:length]}..."


def _text(record: dict[str, Any], *, colour: bool) -> bytes:
    return terminal.line(record, colour=colour).encode(errors="replace")


def _json(record: dict[str, Any]) -> bytes:
    try:
        line = orjson.dumps(record, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a string that is not valid Unicode, such as a file name in another encoding
        valid = {name: str(value).encode("utf-8", "backslashreplace").decode() for name, value in record.items()}
        return _json({**valid, "time": record["time"]})
    # JSON does not escape these, and some readers take them for the end of a line.
    if line.isascii():
        return line
    return line.decode().translate({0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}).encode()


def _is_text(form: str, stream: TextIO) -> bool:
    return form == "text" or (form == "auto" and stream.isatty())
