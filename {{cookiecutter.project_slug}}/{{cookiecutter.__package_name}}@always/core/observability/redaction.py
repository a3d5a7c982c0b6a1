"""What of a request's path may stand in the journal."""

import re
from typing import Any

LONGEST = 512
# Ids are 36 characters at most; what is longer than this may be a credential that was put into the path.
_LONG_SEGMENT = re.compile(r"(?<![^/])([^/]{12})[^/]{29,}")


def path(environ: dict[str, Any]) -> str:
    """Return the path of a request, bounded, and with the end of long segments left out."""
    given: str = environ.get("PATH_INFO", "")[:LONGEST]
    text = given.encode("latin-1", "replace").decode("utf-8", "replace")
    return _LONG_SEGMENT.sub(r"\1...", text) if len(text) > 40 else text
