"""How people are kept and found. Each function takes part in the transaction of its connection."""

import re
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update
from uuid_utils import uuid7

from ....clock import now
from ....database import AnyRow
from .. import revocations
from ..models import Family, Session, User

NAME = re.compile(r"\A[a-z0-9][a-z0-9._-]{2,31}\Z")
NAME_RULE = "It must be 3 to 32 of a-z, 0-9, dot, dash and underscore, and begin with a letter or digit."
_SHOWN = (User.id, User.name, User.email, User.scopes, User.created_at, User.locked_at, User.password)


def named(connection: Connection, name: str) -> AnyRow | None:
    """Return the person of this name, if there is one."""
    return connection.execute(select(*_SHOWN).where(User.name == name)).first()


def every(connection: Connection) -> Sequence[AnyRow]:
    """Return all people by name."""
    return connection.execute(select(*_SHOWN).order_by(User.name)).all()


def count(connection: Connection) -> int:
    """Return how many people there are."""
    return connection.scalar(select(func.count()).select_from(User)) or 0


def add(connection: Connection, *, name: str, email: str, password: str, scopes: Collection[str]) -> str:
    """Keep a new person and return the id; ``password`` is its hash. Raises ``IntegrityError`` for a taken name."""
    user_id = str(uuid7())
    values = {"id": user_id, "name": name, "email": email, "password": password, "created_at": now()}
    connection.execute(insert(User).values(scopes=" ".join(sorted(scopes)), **values))
    return user_id


def set_scopes(connection: Connection, user_id: str, scopes: Collection[str]) -> None:
    """Let the person's tokens carry these scopes and no others, those that were given out too."""
    connection.execute(update(User).where(User.id == user_id).values(scopes=" ".join(sorted(scopes))))
    revocations.bump(connection)


def replace_password(connection: Connection, user_id: str, known: str, password: str) -> bool:
    """Put a hash in the place of the one that is known; tell whether that still let the person in.

    To check a password takes a while, and meanwhile another may be set, or the person locked or deleted.
    """
    still = (User.id == user_id, User.password == known, User.locked_at.is_(None))
    return connection.execute(update(User).where(*still).values(password=password)).rowcount == 1


def reset_password(connection: Connection, user_id: str, password: str) -> None:
    """Keep another hash, and end every session and token: whoever knew the old password is out."""
    connection.execute(update(User).where(User.id == user_id).values(password=password))
    _end_all(connection, user_id)


def end_sessions(connection: Connection, user_id: str) -> None:
    """Sign the person out everywhere."""
    connection.execute(delete(Session).where(Session.user_id == user_id))


def lock(connection: Connection, user_id: str) -> None:
    """Keep a person out: no sign-in, and every session and token of theirs ends."""
    connection.execute(update(User).where(User.id == user_id, User.locked_at.is_(None)).values(locked_at=now()))
    _end_all(connection, user_id)


def unlock(connection: Connection, user_id: str) -> None:
    """Let a person sign in again; what the lock ended stays ended."""
    connection.execute(update(User).where(User.id == user_id).values(locked_at=None))


def remove(connection: Connection, user_id: str) -> None:
    """Delete a person, and with them their sessions and tokens."""
    connection.execute(delete(User).where(User.id == user_id))
    revocations.bump(connection)


def _end_all(connection: Connection, user_id: str) -> None:
    end_sessions(connection, user_id)
    theirs = (Family.user_id == user_id, Family.revoked_at.is_(None))
    connection.execute(update(Family).where(*theirs).values(revoked_at=now()))
    revocations.bump(connection)
