"""What the caller sees of the limits (draft-ietf-httpapi-ratelimit-headers).

``RateLimit-Policy`` lists every budget that was counted, ``RateLimit`` tells the one that is closest to its end.
"""

from functools import lru_cache

from limits import RateLimitItem

from .counting import Count


def of(counts: list[Count]) -> list[tuple[str, str]]:
    """Return the headers that tell the caller where the counted budgets stand."""
    tightest = min(counts, key=lambda count: (count.admitted, count.remaining))
    return [
        ("RateLimit-Policy", ", ".join([policy(count.budget, count.rate) for count in counts])),
        ("RateLimit", f'"{tightest.budget}";r={tightest.remaining};t={tightest.reset}'),
    ]


@lru_cache(maxsize=256)
def policy(budget: str, rate: RateLimitItem) -> str:
    """Return the item of ``RateLimit-Policy`` for one budget: its quota and its window in seconds."""
    return f'"{budget}";q={rate.amount};w={rate.get_expiry()}'
