"""What all frameworks have in common: their options, headers and log line."""

import json
import logging
import os
import sys
from typing import Any

import orjson

DATABASE = os.environ["PEER_DATABASE"]  # a SQLite file with the tables of schema.sql
ORIGINS = json.loads(os.environ["PEER_ORIGINS"])
REQUESTS_PER_MINUTE = {
    "address": int(os.environ["PEER_ADDRESS_LIMIT"]),
    "caller": int(os.environ["PEER_CALLER_LIMIT"]),
}
LIMITER_URI = os.environ["PEER_LIMITER_URI"]
KEY_SECONDS = 4  # how long a key that was looked up is cached
KEYS = 10_000  # how many are cached

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_logger = logging.getLogger("requests")
_logger.setLevel(logging.INFO)
_logger.propagate = False
_logger.addHandler(logging.StreamHandler(sys.stdout))


def log_request(**fields: Any) -> None:
    """Write one JSON line for a request."""
    _logger.info(orjson.dumps({"level": "info", "event": "request", **fields}).decode())
