"""What the view of an endpoint declares, collected once at startup."""

from dataclasses import dataclass
from typing import Any

from .access_rule import AccessRule
from .contract import Contract


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Everything that a view declares.

    ``limited`` tells whether it has limits of its own by ``@limiter.limit``.
    """

    route: str
    access_rule: AccessRule
    contract: Contract
    ration: Any
    unlimited: bool
    limited: bool


class Endpoints(dict[str, Endpoint]):
    """The endpoints of an application, by name."""
