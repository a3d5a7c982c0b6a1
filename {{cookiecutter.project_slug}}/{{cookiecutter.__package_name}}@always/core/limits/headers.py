"""What the caller sees of the limits (draft-ietf-httpapi-ratelimit-headers-10).

``RateLimit-Policy`` lists every budget that was counted, ``RateLimit`` tells the one that is closest to its end.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from limits import RateLimitItem

from .counting import Count


def of(counts: Collection[Count]) -> list[tuple[str, str]]:
    """Return the headers that tell the caller where the counted budgets stand."""
    tightest = min(counts, key=lambda count: (count.admitted, count.remaining))
    return [
        ("RateLimit-Policy", ", ".join([_policy(count.budget, count.rate) for count in counts])),
        ("RateLimit", f'"{policy_name(tightest.budget)}";r={tightest.remaining};t={tightest.reset}'),
    ]


@lru_cache(maxsize=256)
def policy_name(budget: str) -> str:
    """Return the name as a string of RFC 9651 may hold it; a view may have named its limit after anything."""
    return re.sub(r"[^ !#-\[\]-~]", "_", budget)


@lru_cache(maxsize=256)
def _policy(budget: str, rate: RateLimitItem) -> str:
    """Return the item of ``RateLimit-Policy`` for one budget: its quota and its window in seconds."""
    return f'"{policy_name(budget)}";q={rate.amount};w={rate.get_expiry()}'
