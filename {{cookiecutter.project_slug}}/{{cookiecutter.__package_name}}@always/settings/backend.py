"""What a backend of the limiter says of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Backend:
    """``shared`` tells whether all workers see the same counters; ``schemes`` are those of its addresses."""

    name: str
    shared: bool
    schemes: tuple[str, ...] = ()
