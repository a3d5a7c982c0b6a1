"""The journal for a person at a terminal: the same lines as text, in colour by level.

Control characters are shown as escapes, so nothing that a caller sends can begin a line or command the terminal.
"""

import os
from typing import Any

_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "1;31"}


def line(record: dict[str, Any], *, colour: bool) -> str:
    """Return the record as one line of text."""
    rest = dict(record)
    moment, level, event = rest.pop("time"), rest.pop("level"), rest.pop("event")
    if event == "request":
        told = [rest.pop("method"), rest.pop("path"), rest.pop("status"), f"{rest.pop('duration_ms')} ms"]
    else:
        told = [event, rest.pop("message", None) or rest.pop("reason", None)]
    exception = rest.pop("exception", None)
    label = f"{level:<8}"
    if colour and "NO_COLOR" not in os.environ:
        label = f"\x1b[{_COLOURS[level]}m{label}\x1b[0m"
    words = [str(word) for word in told if word is not None] + [f"{name}={value}" for name, value in rest.items()]
    shown = f"{moment:%H:%M:%S} {label} {' '.join(_plain(word) for word in words)}\n"
    if exception:
        shown += "".join(f"    {_plain(part)}\n" for part in exception.splitlines())
    return shown


def _plain(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
