"""Who signed in with which browser: a random cookie, of which the database keeps a digest.

Every form carries a token that is derived from the cookie (OWASP's signed double submit). So a form of another site
is refused, before sign-in too, when there is a cookie and no row yet. Signing in takes a new cookie.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from flask import Request, Response, current_app, g, request, url_for
from sqlalchemy import Connection, delete, insert, or_, select
from uuid_utils import uuid7

from ....clock import now
from ....database import AnyRow, connect
from ....observability import events
from ....problems import Problem
from ....settings import Settings, get_settings
from .. import parameters
from ..models import Session, User
from ..settings import TokenSettings

# A browser takes a cookie of this prefix from this host alone, over HTTPS, for every path (RFC 6265bis, section 4.1.3).
COOKIE = "__Host-session"


def guard() -> Response | None:
    """Let a request pass that comes from a browser with a session, and for a POST from one of our own forms."""
    session = present()
    if session is None:
        return Response(status=303, headers={"Location": url_for("sign_in.show")})
    g.session = session
    if request.method == "POST":
        require_own_form()
    return None


def present() -> AnyRow | None:
    """Return the session of the request at hand with its person, if it has one."""
    text = request.cookies.get(COOKIE)
    if not text:
        return None
    query = (
        select(
            *(Session.id, Session.user_id),
            *(User.name, User.email, User.scopes, User.password),
        )
        .join(User, User.id == Session.user_id)
        .where(Session.digest == _digest(text), Session.expires_at > now(), User.locked_at.is_(None))
    )
    with connect() as connection:
        return connection.execute(query).first()


def current() -> AnyRow:
    """Return the session that the guard let pass."""
    session: AnyRow = g.session
    return session


def hold(connection: Connection, session: AnyRow) -> bool:
    """Keep a session from being ended in this transaction; tell whether it is still there.

    Its person comes first, as for who locks or deletes them: two that go in different orders can wait for each other.
    """
    person = select(User.id).where(User.id == session.user_id, User.locked_at.is_(None)).with_for_update(read=True)
    this = select(Session.id).where(Session.id == session.id).with_for_update(read=True, key_share=True)
    return all(connection.scalar(query) for query in (person, this))


def begin(connection: Connection, user_id: str) -> str:
    """Keep a new session of this person, in place of the one that the browser had, and return its cookie."""
    at, text = now(), secrets.token_urlsafe(32)
    former = _digest(request.cookies.get(COOKIE, ""))
    connection.execute(delete(Session).where(or_(Session.expires_at < at, Session.digest == former)))
    lifetime = timedelta(hours=get_settings(current_app, TokenSettings).sessions_hours)
    values: dict[str, Any] = {"id": str(uuid7()), "digest": _digest(text), "user_id": user_id}
    values |= {"browser": _browser(request), "created_at": at, "expires_at": at + lifetime}
    connection.execute(insert(Session).values(**values))
    return text


def end(connection: Connection, user_id: str, session_id: str) -> None:
    """End one session of a person."""
    connection.execute(delete(Session).where(Session.id == session_id, Session.user_id == user_id))


def of_user(connection: Connection, user_id: str) -> list[AnyRow]:
    """Return the sessions of a person, newest first."""
    query = select(Session.id, Session.browser, Session.created_at).order_by(Session.created_at.desc())
    return list(connection.execute(query.where(Session.user_id == user_id, Session.expires_at > now())).all())


def give(response: Response, text: str) -> None:
    """Let the browser keep the cookie, until it is closed or the session ends."""
    response.set_cookie(COOKIE, text, secure=True, httponly=True, samesite="Lax", path="/")


def take(response: Response) -> None:
    """Let the browser drop the cookie."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")


def fresh() -> str:
    """Return a cookie that stands for nobody, for a browser that has none."""
    return secrets.token_urlsafe(32)


def form_token(cookie: str) -> str:
    """Return the token of every form that is shown to the browser with this cookie."""
    key = get_settings(current_app, Settings).secret_key.encode()
    return hmac.new(key, b"form " + cookie.encode(), hashlib.sha256).hexdigest()


def require_own_form() -> None:
    """Raise 403 unless the form at hand was shown to this browser by this service."""
    cookie, given = request.cookies.get(COOKIE, ""), parameters.form().get("form_token", "")
    if not cookie or not hmac.compare_digest(form_token(cookie).encode(), given.encode()):
        events.record("authz_fail", "a form was sent that was not shown to this browser")
        raise Problem("forbidden", "The form is too old, or was not sent from here. Go back and try again.")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _browser(request: Request) -> str:
    given = request.headers.get("User-Agent", "")
    return "".join(letter for letter in given if letter.isprintable())[:200]
