"""The rate limit headers of a response (draft-ietf-httpapi-ratelimit-headers-10)."""

import re
from collections.abc import Mapping
from functools import lru_cache

from limits import RateLimitItem

from .result import LimitResult


def build(results: Mapping[str, LimitResult]) -> list[tuple[str, str]]:
    """Return ``RateLimit-Policy`` with every limit that was hit, and ``RateLimit`` with the tightest."""
    name, tightest = min(results.items(), key=lambda item: (item[1].admitted, item[1].remaining))
    return [
        ("RateLimit-Policy", ", ".join([_policy(name, result.rate) for name, result in results.items()])),
        ("RateLimit", f'"{quotable(name)}";r={tightest.remaining};t={tightest.reset_after}'),
    ]


@lru_cache(maxsize=256)
def quotable(name: str) -> str:
    """Return the name as the content of an RFC 9651 string; the scope of a limit can be any string."""
    return re.sub(r"[^ !#-\[\]-~]", "_", name)


@lru_cache(maxsize=256)
def _policy(name: str, rate: RateLimitItem) -> str:
    return f'"{quotable(name)}";q={rate.amount};w={rate.get_expiry()}'
