"""Browser sessions: a random cookie, whose digest is stored with the user's id and an expiry date.

A browser gets a cookie with its first page, before sign-in, because the CSRF token depends on it. Signing in replaces
the cookie.
"""

from datetime import timedelta

from flask import Response, current_app, g, request
from sqlalchemy import Connection, delete, insert, select
from uuid_utils import uuid7

from ....clock import now
from ....database import AnyRow, connect
from ....settings import get_settings
from .. import secret_tokens
from ..deletion import delete_expired
from ..models import Session, User
from ..settings import TokenSettings

# Browsers accept this prefix only from the same host, over HTTPS, for the path "/" (RFC 6265bis, section 4.1.3).
COOKIE = "__Host-session"
MAX_USER_AGENT = 200


def load() -> AnyRow | None:
    """Return the request's session with its user, or None if it is missing, has expired or the user is locked."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    query = (
        select(Session.id, Session.user_id, User.name, User.email, User.scopes, User.password_hash)
        .join(User, User.id == Session.user_id)
        .where(Session.digest == secret_tokens.digest(cookie), Session.expires_at > now(), User.locked_at.is_(None))
    )
    with connect() as connection:
        return connection.execute(query).first()


def current() -> AnyRow:
    """Return the session of a request that passed the guard."""
    session: AnyRow = g.session
    return session


def lock(connection: Connection, session: AnyRow) -> bool:
    """Lock the rows of the session and its user until the transaction ends; return whether both are still valid.

    A transaction that deletes a user or locks an account takes the user's row first too: another order could deadlock.
    """
    user = select(User.id).where(User.id == session.user_id, User.locked_at.is_(None)).with_for_update(read=True)
    this = select(Session.id).where(Session.id == session.id).with_for_update(read=True, key_share=True)
    return all(connection.scalar(query) for query in (user, this))


def create(connection: Connection, user_id: str) -> str:
    """Store a new session, which replaces the browser's previous one, and return its cookie."""
    created_at, cookie = now(), new_cookie()
    previous = secret_tokens.digest(request.cookies.get(COOKIE, ""))
    connection.execute(delete(Session).where(Session.digest == previous))
    delete_expired(connection, Session)
    connection.execute(
        insert(Session).values(
            id=str(uuid7()),
            digest=secret_tokens.digest(cookie),
            user_id=user_id,
            user_agent=_user_agent(),
            created_at=created_at,
            expires_at=created_at + timedelta(hours=get_settings(current_app, TokenSettings).sessions_hours),
        )
    )
    return cookie


def end(connection: Connection, user_id: str, session_id: str) -> None:
    """End a session if it belongs to the user."""
    connection.execute(delete(Session).where(Session.id == session_id, Session.user_id == user_id))


def for_user(connection: Connection, user_id: str) -> list[AnyRow]:
    """Return a user's sessions, newest first."""
    query = select(Session.id, Session.user_agent, Session.created_at).order_by(Session.created_at.desc())
    return list(connection.execute(query.where(Session.user_id == user_id, Session.expires_at > now())))


def new_cookie() -> str:
    """Return a random cookie that does not belong to a session yet."""
    return secret_tokens.generate()


def set_cookie(response: Response, cookie: str) -> None:
    """Send the cookie without an expiry date, so that the browser deletes it on closing."""
    response.set_cookie(COOKIE, cookie, secure=True, httponly=True, samesite="Lax", path="/")


def delete_cookie(response: Response) -> None:
    """Make the browser delete the cookie."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")


def _user_agent() -> str:
    header = request.headers.get("User-Agent", "")
    return "".join(character for character in header if character.isprintable())[:MAX_USER_AGENT]
