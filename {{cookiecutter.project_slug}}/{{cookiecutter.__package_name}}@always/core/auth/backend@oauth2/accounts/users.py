"""Queries on users. A function with a connection runs in its transaction."""

import re
from collections.abc import Collection, Sequence

from flask import current_app
from sqlalchemy import Connection, delete, func, insert, select, update
from uuid_utils import uuid7

from .... import services
from ....clock import now
from ....database import AnyRow, transaction
from ...user_deletion import UserDeletedCallbacks
from .. import revocations
from ..models import Session, TokenFamily, User
from ..server import token_families

NAME = re.compile(r"\A[a-z0-9][a-z0-9._-]{2,31}\Z")
NAME_RULE = "Must be 3 to 32 characters of a-z, 0-9, '.', '-' and '_', and begin with a letter or digit."


def find_by_name(connection: Connection, name: str) -> AnyRow | None:
    """Return the user with this name, or None."""
    return connection.execute(select(User.__table__).where(User.name == name)).first()


def find_all(connection: Connection) -> Sequence[AnyRow]:
    """Return all users, sorted by name."""
    return connection.execute(select(User.__table__).order_by(User.name)).all()


def count(connection: Connection) -> int:
    """Return the number of users."""
    return connection.scalar(select(func.count()).select_from(User)) or 0


def add(connection: Connection, *, name: str, email: str, password_hash: str, scopes: Collection[str]) -> str:
    """Store a new user and return its id. Raises ``IntegrityError`` if the name is taken."""
    user_id = str(uuid7())
    values = {"name": name, "email": email, "password_hash": password_hash, "scopes": scopes}
    connection.execute(insert(User).values(id=user_id, created_at=now(), **values))
    return user_id


def set_scopes(connection: Connection, user_id: str, scopes: Collection[str]) -> None:
    """Replace the user's scopes. This also limits tokens that were issued before."""
    connection.execute(update(User).where(User.id == user_id).values(scopes=scopes))
    revocations.bump(connection)


def replace_password(connection: Connection, user_id: str, old_hash: str, new_hash: str) -> bool:
    """Replace the password hash if it is still ``old_hash`` and the user is not locked; return whether it was replaced.

    Verifying a password takes a while. Meanwhile the user may have been locked or deleted, or the password changed.
    """
    unchanged = (User.id == user_id, User.password_hash == old_hash, User.locked_at.is_(None))
    return connection.execute(update(User).where(*unchanged).values(password_hash=new_hash)).rowcount == 1


def reset_password(connection: Connection, user_id: str, password_hash: str) -> None:
    """Set a new password and end all sessions and tokens of the user."""
    connection.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))
    _revoke_all(connection, user_id)


def end_sessions(connection: Connection, user_id: str) -> None:
    """End all sessions of the user."""
    connection.execute(delete(Session).where(Session.user_id == user_id))


def lock(connection: Connection, user_id: str) -> None:
    """Prevent sign-in, and end all sessions and tokens of the user."""
    connection.execute(update(User).where(User.id == user_id, User.locked_at.is_(None)).values(locked_at=now()))
    _revoke_all(connection, user_id)


def unlock(connection: Connection, user_id: str) -> None:
    """Allow sign-in again. Ended sessions and tokens are not restored."""
    connection.execute(update(User).where(User.id == user_id).values(locked_at=None))


def remove(user_id: str) -> None:
    """Delete the user with all sessions and tokens, in many transactions. The first one locks the user.

    The service's ``on_user_deleted`` handles its own data in the last one.
    """
    with transaction() as connection:
        lock(connection, user_id)
    token_families.remove_all(TokenFamily.user_id == user_id)
    with transaction() as connection:
        for callback in services.get(current_app, UserDeletedCallbacks):
            callback(connection, user_id)
        connection.execute(delete(User).where(User.id == user_id))
        revocations.bump(connection)


def _revoke_all(connection: Connection, user_id: str) -> None:
    end_sessions(connection, user_id)
    token_families.revoke_all_of_user(connection, user_id)
