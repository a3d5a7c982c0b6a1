"""``/oauth2/account``: a user's consents, sessions and password."""

from flask import Blueprint, Response, current_app, request

from ....database import connect, transaction
from ....declare import guarded_by
from ....observability import events
from ....settings import get_settings
from ...scopes import current_scopes
from .. import parameters
from ..events import AUTHN_PASSWORD_CHANGE, AUTHN_TOKEN_REVOKED
from ..server import token_families
from ..settings import TokenSettings
from . import password_attempts, passwords, sessions, users
from .pages import TEMPLATES, html_form, html_page, render, render_errors, see_other

PASSWORD_CHANGED = "changed=password"  # noqa: S105  # a query
blueprint = Blueprint("account", __name__, url_prefix="/oauth2/account", template_folder=TEMPLATES)
render_errors(blueprint)


@blueprint.get("")
@guarded_by("session")
@html_page(200, 303)
def show() -> Response:
    """Show the account page."""
    return _render()


@blueprint.post("/withdraw")
@guarded_by("session")
@html_form(303, 403)
def withdraw_consent() -> Response:
    """Withdraw every consent that the user gave to a client."""
    user_id, client_id = sessions.current().user_id, parameters.form().get("client_id", "")
    with transaction() as connection:
        withdrawn = token_families.withdraw_consent(connection, user_id, client_id)
    if withdrawn:
        events.record(AUTHN_TOKEN_REVOKED, "a user withdrew a consent", owner=user_id, client=client_id)
    return see_other("account.show")


@blueprint.post("/sessions")
@guarded_by("session")
@html_form(303, 403)
def end_session() -> Response:
    """End one of the user's sessions."""
    with transaction() as connection:
        sessions.end(connection, sessions.current().user_id, parameters.form().get("session_id", ""))
    return see_other("account.show")


@blueprint.post("/password")
@guarded_by("session")
@password_attempts.limit_attempts
@html_form(303, 403, 422)
def change_password() -> Response:
    """Change the password and end all other sessions."""
    session, form = sessions.current(), parameters.form()
    password = form.get("new_password", "")
    if not passwords.verify(session.password_hash, form.get("current_password", "")):
        password_attempts.record_failure("incorrect current password", owner=session.user_id)
        return _render(status=422, error="The current password is incorrect.")
    if password != form.get("confirm_password", ""):
        return _render(status=422, error="The new passwords do not match.")
    if violation := passwords.policy_violation(password, name=session.name, email=session.email):
        return _render(status=422, error=violation)
    new_hash = passwords.hash_password(password)
    with transaction() as connection:
        if not users.replace_password(connection, session.user_id, session.password_hash, new_hash):
            return see_other("account.show")  # redirects to the sign-in page, since this session has ended too
        users.end_sessions(connection, session.user_id)
        cookie = sessions.create(connection, session.user_id)
    events.record(AUTHN_PASSWORD_CHANGE, "a user changed the password", owner=session.user_id)
    response = see_other("account.show", PASSWORD_CHANGED)
    sessions.set_cookie(response, cookie)
    return response


def _render(*, status: int = 200, error: str | None = None) -> Response:
    session = sessions.current()
    with connect() as connection:
        consents = token_families.active_consents(connection, session.user_id)
        active_sessions = sessions.for_user(connection, session.user_id)
    # Newest first, so that each client ends up with the date of its first consent.
    clients = {row.client_id: {"name": row.name, "since": row.created_at, "scopes": set()} for row in consents}
    known = current_scopes()
    for row in consents:
        clients[row.client_id]["scopes"].update(known[scope] for scope in row.scopes if scope in known)
    return render(
        "account",
        status=status,
        error=error,
        password_changed=request.query_string.decode("latin-1") == PASSWORD_CHANGED,
        clients=clients,
        sessions=active_sessions,
        min_length=get_settings(current_app, TokenSettings).passwords_min_length,
    )
