"""``/oauth2/login`` and ``/oauth2/logout``: start and end a session.

After signing in, the browser continues with the authorization request that was interrupted, or else goes to the account
page. Both are fixed paths of this service: client input only supplies the query of ``/oauth2/authorize``.
"""

from authlib.oauth2.rfc6749.errors import OAuth2Error
from flask import Blueprint, Response, current_app

from ....database import AnyRow, connect, transaction
from ....declare import guarded_by, produces, public
from ....observability import events
from .. import parameters, secret_tokens
from ..events import AUTHN_LOGIN_SUCCESS
from . import password_attempts, passwords, sessions, users
from .pages import TEMPLATES, html_form, html_page, render, render_errors, see_other

MAX_NAME = 255  # characters of an unknown username that the page shows again
blueprint = Blueprint("sign_in", __name__, url_prefix="/oauth2", template_folder=TEMPLATES)
render_errors(blueprint)


@blueprint.get("/style.css")
@public
@produces("text/css", documented=False)
def style() -> Response:
    """Return the style sheet of the pages."""
    return Response(current_app.jinja_env.get_template("style.css").render(), mimetype="text/css")


@blueprint.get("/login")
@public
@html_page(200)
def show() -> Response:
    """Show the sign-in form."""
    return render("sign_in", authorization_request=parameters.query().get("authorization_request", ""))


@blueprint.post("/login")
@guarded_by("csrf")
@password_attempts.limit_attempts
@html_form(303, 403, 422)
def sign_in() -> Response:
    """Check username and password, start a session and redirect."""
    form = parameters.form()
    authorization_request = form.get("authorization_request", "")
    user, is_correct = _check_password(form)
    cookie = _start_session(user, form["password"]) if user and is_correct else None
    if user is None or cookie is None:
        _record_failure(form, user)
        # A 401 would require an HTTP authentication challenge, which forms do not use (RFC 9110, section 15.5.2).
        return render(
            "sign_in",
            status=422,
            authorization_request=authorization_request,
            name=form.get("name", "")[:MAX_NAME],
            error="Incorrect username or password.",
        )
    if authorization_request:
        response = see_other("authorization.show", authorization_request)
    else:
        response = see_other("account.show")
    sessions.set_cookie(response, cookie)
    events.record(AUTHN_LOGIN_SUCCESS, "a user signed in", owner=user.id)
    return response


@blueprint.post("/logout")
@guarded_by("session")
@html_form(303, 403)
def sign_out() -> Response:
    """End the current session."""
    session = sessions.current()
    with transaction() as connection:
        sessions.end(connection, session.user_id, session.id)
    response = see_other("sign_in.show")
    sessions.delete_cookie(response)
    return response


def find_exposed() -> dict[str, str] | None:
    """Return the user whose name and password the request contains, or None; attempts are limited as usual."""
    try:
        return _find_user(parameters.form())
    except OAuth2Error:
        return None


@password_attempts.limit_attempts
def _find_user(form: dict[str, str]) -> dict[str, str] | None:
    user, is_correct = _check_password(form)
    if user is not None and is_correct:
        return {"owner": user.id}
    _record_failure(form, user)
    return None


def _check_password(form: dict[str, str]) -> tuple[AnyRow | None, bool]:
    """Return the user with this name, and whether the password is correct and the user is not locked."""
    with connect() as connection:
        user = users.find_by_name(connection, form.get("name", ""))
    is_correct = passwords.verify(user.password_hash if user else None, form.get("password", ""))
    return user, is_correct and user is not None and user.locked_at is None


def _record_failure(form: dict[str, str], user: AnyRow | None) -> None:
    account = {"owner": user.id} if user else {"name_hash": secret_tokens.name_hash(form.get("name", ""))}
    password_attempts.record_failure("incorrect username or password, or locked account", **account)


def _start_session(user: AnyRow, password: str) -> str | None:
    """Return the cookie of a new session, or None if the user was locked or the password changed meanwhile."""
    new_hash = passwords.hash_password(password) if passwords.needs_rehash(user.password_hash) else user.password_hash
    with transaction() as connection:
        if not users.replace_password(connection, user.id, user.password_hash, new_hash):
            return None
        return sessions.create(connection, user.id)
