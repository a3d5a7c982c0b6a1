"""``/oauth2/account``: where a person sees and withdraws what they allowed, changes the password and ends sessions."""

from flask import Blueprint, Response, current_app, request

from ....database import connect, transaction
from ....declare import raw_body, raw_query
from ....declare.access_rule import guarded_by
from ....declare.declaration import FORM
from ....observability import events
from ....settings import get_settings
from ...scopes import SCOPES
from .. import cache, parameters
from ..server import tokens
from ..settings import TokenSettings
from . import guessing, passwords, sessions, users
from .pages import TEMPLATES, answer_errors, page, render, see_other

blueprint = Blueprint("account", __name__, url_prefix="/oauth2/account", template_folder=TEMPLATES)
answer_errors(blueprint)


@blueprint.get("")
@guarded_by("session")
@page(200, 303)
@raw_query
def show() -> Response:
    """Show the account."""
    return _show()


@blueprint.post("/withdraw")
@guarded_by("session")
@page(303, 403)
@raw_body(FORM)
def withdraw() -> Response:
    """Take back all that the person allowed an application."""
    session = sessions.current()
    with transaction() as connection:
        withdrawn = tokens.withdraw(connection, session.user_id, parameters.form().get("client", ""))
    if withdrawn:
        cache.forget()
        events.record("authn_token_revoked", "a person withdrew a consent")
    return see_other("account.show")


@blueprint.post("/sessions")
@guarded_by("session")
@page(303, 403)
@raw_body(FORM)
def end_session() -> Response:
    """End one session of the person's."""
    with transaction() as connection:
        sessions.end(connection, sessions.current().user_id, parameters.form().get("session", ""))
    return see_other("account.show")


@blueprint.post("/password")
@guarded_by("session")
@guessing.limit_attempts
@page(303, 403, 422)
@raw_body(FORM)
def change_password() -> Response:
    """Change the password, which ends every other session."""
    session, form = sessions.current(), parameters.form()
    old, new = form.get("old", ""), form.get("new", "")
    if not passwords.right(session.password, old):
        guessing.count_failure("the present password is wrong")
        return _show(status=422, wrong="The present password is another.")
    if new != form.get("again", ""):
        return _show(status=422, wrong="The two new passwords differ.")
    if fault := passwords.fault(new, name=session.name, email=session.email):
        return _show(status=422, wrong=fault)
    kept = passwords.hashed(new)
    with transaction() as connection:
        if not users.replace_password(connection, session.user_id, session.password, kept):
            return see_other("account.show")  # which leads to the sign-in, since the session has ended too
        users.end_sessions(connection, session.user_id)
        cookie = sessions.begin(connection, session.user_id)
    events.record("authn_password_change", "a person changed the password")
    response = see_other("account.show", "changed=password")
    sessions.give(response, cookie)
    return response


def _show(*, status: int = 200, wrong: str | None = None) -> Response:
    session = sessions.current()
    with connect() as connection:
        consents = tokens.consents(connection, session.user_id)
        open_sessions = sessions.of_user(connection, session.user_id)
    clients = {row.client_id: {"name": row.name, "since": row.created_at, "scopes": set()} for row in consents}
    for row in consents:
        clients[row.client_id]["scopes"].update(SCOPES[scope] for scope in row.scopes.split() if scope in SCOPES)
    return render(
        "account",
        status=status,
        wrong=wrong,
        changed=request.query_string == b"changed=password",
        clients=clients,
        sessions=open_sessions,
        at_least=get_settings(current_app, TokenSettings).passwords_at_least,
    )
