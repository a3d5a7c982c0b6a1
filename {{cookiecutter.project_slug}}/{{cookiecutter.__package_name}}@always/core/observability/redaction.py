"""The path and the method of a request, with a bounded length and without credentials."""

import re
from typing import Any

MAX_LENGTH = 512
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Ids have at most 36 characters; a longer segment may be a credential that was put into the path.
_LONG_SEGMENT = re.compile(r"(?<![^/])([^/]{12})[^/]{29,}")


def path(environ: dict[str, Any]) -> str:
    """Return the path of a request, cut to a maximum length and with long segments shortened."""
    raw: str = environ.get("PATH_INFO", "")[:MAX_LENGTH]
    text = raw.encode("latin-1", "replace").decode("utf-8", "replace")
    return _LONG_SEGMENT.sub(r"\1...", text) if len(text) > 40 else text


def method(environ: dict[str, Any]) -> str:
    """Return the method of a request, or ``other`` for one that the service does not know."""
    name: str = environ["REQUEST_METHOD"]
    return name if name in METHODS else "other"
