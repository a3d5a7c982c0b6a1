"""The journal: one JSON object a line, in UTC. The server writes to standard output, a command to standard error.

Values are JSON strings, so a line break in a path or a header cannot begin a line of its own (OWASP ASVS 5.0,
16.4.1). Nothing here ever receives a header, a query or a body.
"""

import logging
import sys
import threading
from datetime import UTC, datetime
from typing import Any

import click
import orjson

# Libraries log credentials at DEBUG; none of them gets to say more than this.
LIBRARY_LEVEL = logging.INFO
_ONE_LINE_AT_A_TIME = threading.Lock()


def write(level: str, event: str, **fields: Any) -> None:
    """Write one line. ``fields`` with the value None are left out."""
    record = {"time": datetime.now(UTC), "level": level, "event": event}
    record.update((name, value) for name, value in fields.items() if value is not None)
    # A command's own output is its result, which something may read.
    context = click.get_current_context(silent=True)
    stream = sys.stdout if context is None or context.info_name == "serve" else sys.stderr
    line = orjson.dumps(record, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    with _ONE_LINE_AT_A_TIME:
        stream.write(line.decode())
        stream.flush()


class Handler(logging.Handler):
    """Bring what libraries and the service log by ``logging`` into the same journal."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; the text of an exception goes along, its local values do not."""
        failure = record.exc_info and logging.Formatter().formatException(record.exc_info)
        write(record.levelname.lower(), "log", logger=record.name, message=record.getMessage(), exception=failure)


def start() -> None:
    """Make the journal the only handler of ``logging``."""
    root = logging.getLogger()
    if not any(isinstance(handler, Handler) for handler in root.handlers):
        root.handlers = [Handler()]
    root.setLevel(LIBRARY_LEVEL)
