"""The caller: the same for every way to authenticate."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import g


class OwnRate(NamedTuple):
    """A rate such as ``1000/minute``, and the id of what it was given to and is counted for."""

    rate: str
    of: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling.

    ``id`` owns what the caller makes and outlives its credentials; ``credential`` is the id of the one that was used,
    which is valid until ``expires_at``. ``rate`` is there when the credential brings a rate of its own.
    """

    id: str
    scopes: frozenset[str]
    credential: str
    expires_at: datetime
    rate: OwnRate | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the caller is an administrator."""
        return "admin" in self.scopes


def current_caller() -> Caller:
    """Return the caller of an endpoint that asks for one."""
    caller: Caller = g.caller
    return caller
