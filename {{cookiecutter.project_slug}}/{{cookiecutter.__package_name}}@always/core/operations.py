"""Every operation, a method of a path, with what its view declares: for ``flask policy`` and the OpenAPI document."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from . import services
from .declare.declaration import AccessRule, Declaration, Endpoints
from .limits import Counters, RouteLimits
from .problems import ProblemTypes

_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    ``rejects_uncounted`` is whether requests are rejected while the limiter storage is unavailable.
    """

    method: str
    path: str
    name: str
    access_rule: AccessRule
    declaration: Declaration
    route_limits: RouteLimits
    view: Callable[..., Any]
    rejects_uncounted: bool
    problem_types: ProblemTypes

    @property
    def arguments(self) -> list[str]:
        """The names of its path parameters."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def for_callers(self) -> bool:
        """Whether it requires the credential of a caller."""
        return self.access_rule.kind in ("authenticated", "requires")

    @property
    def limits(self) -> list[str]:
        """The names of the rate limits that a request counts on."""
        return self.route_limits.names(has_caller=self.for_callers)

    @property
    def errors(self) -> list[str]:
        """The problem types of its error responses, ordered by status."""
        names = {"bad-request", "not-acceptable", "internal", *self.declaration.errors}
        if self.for_callers:
            names |= {"ambiguous-credentials", "unauthenticated", "unavailable"}
        if self.access_rule.scope:
            names.add("forbidden")
        if self.declaration.body:
            names |= {"too-large", "unsupported-media-type", "invalid", "unavailable"}
        if self.declaration.raw_body:
            names |= {"too-large", "unavailable"}
        if self.limits or self.for_callers:
            names.add("rate-limited")
            if self.rejects_uncounted:
                names.add("unavailable")
        return [name for name in self.problem_types if name in names]

    @property
    def statuses(self) -> list[int]:
        """The statuses of all its responses; without those of success if its view does not declare them."""
        response = self.declaration.response
        success = (response.status, *response.other_statuses) if response else ()
        return sorted({*success, *(self.problem_types[name].status for name in self.errors)})


def operations(app: Flask) -> Iterator[Operation]:
    """Yield every operation of the service, by path and method."""
    endpoints = services.get(app, Endpoints)
    rejects_uncounted = services.get(app, Counters).storage.rejects
    problem_types = services.get(app, ProblemTypes)
    found: list[Operation] = []
    for rule in filter(lambda rule: rule.endpoint in endpoints, app.url_map.iter_rules()):
        endpoint, path = endpoints[rule.endpoint], _ARGUMENT.sub(r"{\1}", rule.rule)
        declared = endpoint.access_rule, endpoint.declaration, endpoint.limits, app.view_functions[rule.endpoint]
        found += [
            Operation(method, path, rule.endpoint, *declared, rejects_uncounted, problem_types)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        ]
    yield from sorted(found, key=lambda operation: (operation.path, operation.method))
