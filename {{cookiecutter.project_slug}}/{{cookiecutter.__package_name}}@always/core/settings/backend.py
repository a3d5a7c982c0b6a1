"""What a backend of the limiter says of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Backend:
    """``shared`` tells whether all workers see the same counters; ``schemes`` are those of its addresses.

    ``meaning`` is what the documentation says of an address.
    """

    name: str
    shared: bool
    schemes: tuple[str, ...] = ()
    meaning: str = "where the limiter keeps its counters"
