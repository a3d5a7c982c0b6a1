"""Log lines as text for a terminal, coloured by level.

Control characters are escaped, so client input can neither start a line nor send commands to the terminal.
"""

import os
from typing import Any

_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "1;31"}


def line(record: dict[str, Any], *, colour: bool) -> str:
    """Return the record as one line of text, followed by the lines of its traceback if it has one."""
    fields = dict(record)
    time, level, event = fields.pop("time"), fields.pop("level"), fields.pop("event")
    if event == "request":
        shown = [fields.pop("method"), fields.pop("path"), fields.pop("status"), f"{fields.pop('duration_ms')} ms"]
    else:
        shown = [event, fields.pop("message", None) or fields.pop("reason", None)]
    traceback = fields.pop("exception", None)
    label = f"{level:<8}"
    if colour and "NO_COLOR" not in os.environ:
        label = f"\x1b[{_COLOURS[level]}m{label}\x1b[0m"
    words = [str(word) for word in shown if word is not None] + [f"{name}={value}" for name, value in fields.items()]
    text = f"{time:%H:%M:%S} {label} {' '.join(_escaped(word) for word in words)}\n"
    if traceback:
        text += "".join(f"    {_escaped(part)}\n" for part in traceback.splitlines())
    return text


def _escaped(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
