"""The public interface of ``auth/backend``, the only package that depends on how callers authenticate.

The rest of the service uses only the names below, except for the sign-in on ``/docs``. mypy compares the package with
``Backend``; a test compares its ``__all__`` with them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import click
from flask import Blueprint, Flask
from sqlalchemy import Connection

from ..anomalies import Anomaly
from ..diagnostics import Check
from ..observability.events import SecurityEvent
from ..request.caller import Caller, OwnRate
from ..request.state import RequestState


class Backend(Protocol):
    """What the backend provides to the rest of the service."""

    @property
    def ANOMALIES(self) -> Mapping[str, Anomaly]:
        """The anomalies that the backend adds to core's, by name."""

    @property
    def BLUEPRINTS(self) -> Sequence[Blueprint]:
        """The endpoints of the backend."""

    @property
    def CHECKS(self) -> Sequence[Check]:
        """The checks that ``flask doctor`` runs in addition to core's."""

    @property
    def COMMANDS(self) -> Sequence[click.Command]:
        """The commands that the backend adds to ``flask``."""

    @property
    def COUNTS(self) -> Mapping[str, Callable[[Connection], int]]:
        """What ``/api/v1/admin/stats`` counts in addition to the service's own counts: ``callers``."""

    @property
    def CREDENTIAL_HEADER(self) -> str:
        """The request header that carries the credential."""

    @property
    def SCOPES(self) -> Mapping[str, str]:
        """Core's own scopes, with the sentence that users see."""

    @property
    def SECURITY_EVENTS(self) -> Sequence[SecurityEvent]:
        """The security events that the backend records in addition to core's."""

    @property
    def SETTINGS(self) -> Sequence[type]:
        """The dataclasses that declare the settings of the backend."""

    def init_app(self, app: Flask) -> None:
        """Register the caller cache, guards and other services. Raises ``ConfigurationError``."""

    def authenticate(self, state: RequestState, /) -> Caller | None:
        """Return the caller of the request, or None if the request carries no credential.

        Raises ``AuthenticationError`` for an invalid credential and ``Problem`` (400) for more than one.
        """

    def challenge(self, error: str | None = None, scope: str | None = None) -> str:
        """Return the value of ``WWW-Authenticate``, with the error code and missing scope of RFC 6750, section 3."""

    def revoke_exposed(self, credential: str, /) -> None:
        """Revoke the credential with this id, which was sent over plain HTTP, if the settings say so."""

    def readiness(self, app: Flask, /) -> Mapping[str, Callable[[], bool]]:
        """Return the dependencies that ``/readyz`` reports in addition to core's, each with a check."""

    def security_schemes(self, app: Flask, /) -> Mapping[str, dict[str, Any]]:
        """Return the security schemes of the OpenAPI document by name; a caller needs one of them."""

    def caller_id(self, connection: Connection, name: str, /) -> str:
        """Return the caller id of a user name or subject; a caller id is returned unchanged."""

    def own_rates(self, connection: Connection, /) -> Sequence[tuple[str, str, OwnRate]]:
        """Return id, owner and rate of every active credential, or client, that has a rate of its own."""
