"""Every operation as its view declares it: the policy and the OpenAPI document both read it here."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from . import services
from .declare.declaration import AccessRule, Declaration
from .declare.endpoint import Endpoint, Endpoints
from .limits import Counters
from .problems import PROBLEM_TYPES

_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


@dataclass(frozen=True)
class Operation:
    """One method of one path; ``uncounted_refused`` tells what happens to it while budgets cannot be counted."""

    method: str
    path: str
    name: str
    endpoint: Endpoint
    view: Callable[..., Any]
    uncounted_refused: bool

    @property
    def access_rule(self) -> AccessRule:
        """Who may call it."""
        return self.endpoint.access_rule

    @property
    def declaration(self) -> Declaration:
        """Everything that its view declares."""
        return self.endpoint.declaration

    @property
    def arguments(self) -> list[str]:
        """The names in its path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def for_callers(self) -> bool:
        """Whether it asks for the credential of a caller."""
        return self.access_rule.kind in ("authenticated", "requires")

    @property
    def limits(self) -> list[str]:
        """The names of the rate limits that a request counts on."""
        return self.endpoint.limits.names(has_caller=self.for_callers)

    @property
    def refusals(self) -> list[str]:
        """The problem types that it may answer with, in the order of their statuses."""
        kinds = {"bad-request", "not-acceptable", "internal", *self.declaration.errors}
        if self.for_callers:
            kinds |= {"ambiguous-credentials", "unauthenticated", "unavailable"}
        if self.access_rule.scope:
            kinds.add("forbidden")
        if self.declaration.body:
            kinds |= {"length-required", "too-large", "unsupported-media-type", "invalid", "unavailable"}
        if self.declaration.raw_body:
            kinds |= {"length-required", "too-large", "unavailable"}
        if self.limits or self.for_callers:
            kinds.add("rate-limited")
            if self.uncounted_refused:
                kinds.add("unavailable")
        return [kind for kind in PROBLEM_TYPES if kind in kinds]

    @property
    def statuses(self) -> list[int]:
        """Every status that it may answer with; not its own when its view does not declare it."""
        response = self.declaration.response
        own = (response.status, *response.other_statuses) if response else ()
        return sorted({*own, *(PROBLEM_TYPES[kind].status for kind in self.refusals)})


def operations(app: Flask) -> Iterator[Operation]:
    """Give every operation of the service, by path and method."""
    endpoints = services.get(app, Endpoints)
    counters = services.get(app, Counters)
    found = [
        Operation(
            method,
            _ARGUMENT.sub(r"{\1}", rule.rule),
            rule.endpoint,
            endpoints[rule.endpoint],
            app.view_functions[rule.endpoint],
            counters.rejects,
        )
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return iter(sorted(found, key=lambda operation: (operation.path, operation.method)))
