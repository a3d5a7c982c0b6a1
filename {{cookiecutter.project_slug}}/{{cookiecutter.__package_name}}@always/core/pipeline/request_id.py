"""The ids that connect a request with its log lines: ``X-Request-ID`` and the W3C ``traceparent``."""

import os
import re
from functools import cache
from random import Random
from typing import Any

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# W3C Trace Context, section 3.2. Later versions begin with the same fields.
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def request_id(environ: dict[str, Any]) -> str:
    """Return the client's ``X-Request-ID`` if it is well-formed, otherwise a new id."""
    sent = environ.get("HTTP_X_REQUEST_ID")
    return sent if sent and _REQUEST_ID.fullmatch(sent) else new_id()


def new_id() -> str:
    """Return 32 hexadecimal digits, unique but not secret: others can be predicted from them."""
    return f"{_generator().getrandbits(128):032x}"


@cache
def _generator() -> Random:
    # Created by the first request, so that each worker has its own seed. Unlike os.urandom, it makes no system call for
    # an id, which could hand the GIL to another thread in the middle of a request. Nothing else may use the generator.
    return Random(os.urandom(32))  # noqa: S311


def traceparent(environ: dict[str, Any]) -> str | None:
    """Return the client's ``traceparent`` if it is well-formed."""
    sent = environ.get("HTTP_TRACEPARENT")
    return sent if sent and _TRACEPARENT.fullmatch(sent) else None
