"""What a backend of the limiter says of itself."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Backend:
    """``shared`` tells whether all workers see the same counters; ``options`` go to the storage's client."""

    schemes: tuple[str, ...]
    shared: bool
    options: Mapping[str, Any]
    default_uri: Any = dataclasses.MISSING
