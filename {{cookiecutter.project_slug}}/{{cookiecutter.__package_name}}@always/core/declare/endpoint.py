"""The endpoints of the application, as the pipeline collects them at startup."""

from dataclasses import dataclass
from typing import Any

from .declaration import AccessRule, Declaration


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route, what its view declares, and the access rule out of it, which no endpoint lacks.

    ``limited`` is whether the view has limits of its own, declared by ``@limiter.limit``.
    """

    route: str
    access_rule: AccessRule
    declaration: Declaration
    ration: Any
    unlimited: bool
    limited: bool


class Endpoints(dict[str, Endpoint]):
    """The endpoints of an application, by name."""
