"""The caller of a request, however it was authenticated."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import request

from ..observability.events import CALLER


class OwnRate(NamedTuple):
    """A rate limit such as ``1000/minute``, and the id of a credential or client.

    Requests of all credentials with the same ``counted_as`` count together.
    """

    rate: str
    counted_as: str


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller.

    ``id`` owns the caller's data and outlives its credentials. ``credential`` is the id of the credential in use, which
    is valid until ``expires_at``; ``rate`` is set if that credential has a rate of its own.
    """

    id: str
    scopes: frozenset[str]
    credential: str
    expires_at: datetime
    rate: OwnRate | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the caller has the scope ``admin``."""
        return "admin" in self.scopes


def current_caller() -> Caller:
    """Return the caller; for views with ``@authenticated`` or ``@requires``."""
    caller: Caller = request.environ[CALLER]
    return caller
