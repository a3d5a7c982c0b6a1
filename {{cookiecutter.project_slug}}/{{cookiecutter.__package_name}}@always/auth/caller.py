"""The caller: the same for every way to authenticate."""

from dataclasses import dataclass
from datetime import datetime

from flask import g


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling.

    ``id`` owns what the caller makes and outlives its credentials; ``credential`` is the id of the one that was used,
    which is valid until ``expires_at``. ``rate`` is a rate of the credential's own, such as ``1000/minute``.
    """

    id: str
    scopes: frozenset[str]
    credential: str
    expires_at: datetime
    rate: str | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the caller may act for every owner."""
        return "admin" in self.scopes


def current_caller() -> Caller:
    """Return the caller of an endpoint that asks for one."""
    caller: Caller = g.caller
    return caller
