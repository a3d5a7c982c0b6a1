"""The endpoints of the application, as the pipeline collects them at startup."""

from dataclasses import dataclass

from ..limits import RouteLimits
from .declaration import AccessRule, Declaration


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route, what its view declares, and the access rule out of it, which no endpoint lacks."""

    route: str
    access_rule: AccessRule
    declaration: Declaration
    limits: RouteLimits


class Endpoints(dict[str, Endpoint]):
    """The endpoints of an application, by name."""
