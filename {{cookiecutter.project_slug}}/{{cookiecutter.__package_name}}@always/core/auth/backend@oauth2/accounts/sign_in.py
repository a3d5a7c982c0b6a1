"""``/oauth2/login`` and ``/oauth2/logout``: how a person begins and ends a session.

After the sign-in a person is led to the request of an application that it interrupted, or to the own account. Both are
fixed paths of this service: what comes in the query of the page is only ever a query of the first.
"""

from flask import Blueprint, Response, current_app

from ....database import AnyRow, connect, transaction
from ....declare import produces, raw_body, raw_query
from ....declare.access_rule import guarded_by, public
from ....declare.declaration import FORM
from ....observability import events
from .. import parameters
from . import guessing, passwords, sessions, users
from .pages import TEMPLATES, answer_errors, page, render, see_other

blueprint = Blueprint("sign_in", __name__, url_prefix="/oauth2", template_folder=TEMPLATES)
answer_errors(blueprint)


@blueprint.get("/style.css")
@public
@produces("text/css", documented=False)
def style() -> Response:
    """Write the style of the pages."""
    return Response(current_app.jinja_env.get_template("style.css").render(), mimetype="text/css")


@blueprint.get("/login")
@public
@page(200)
@raw_query
def show() -> Response:
    """Show the form that asks for name and password."""
    return render("sign_in", asked=parameters.query().get("asked", ""))


@blueprint.post("/login")
@guarded_by("own_form")
@guessing.limit_attempts
@page(303, 403, 422)
@raw_body(FORM)
def sign_in() -> Response:
    """Begin a session for the right name and password, and lead on."""
    form = parameters.form()
    name, password, asked = form.get("name", ""), form.get("password", ""), form.get("asked", "")
    with connect() as connection:
        user = users.named(connection, name)
    cookie = _begun(user, password)
    if user is None or cookie is None:
        guessing.count_failure("the name or the password is wrong, or the account is locked")
        wrong = "This name and password do not belong together."
        # A 401 would have to carry a challenge of HTTP authentication, which a form is not (RFC 9110, section 15.5.2).
        return render("sign_in", status=422, asked=asked, name=name, wrong=wrong)
    response = see_other("authorization.ask", asked) if asked else see_other("account.show")
    sessions.give(response, cookie)
    events.record("authn_login_success", "a person signed in", person=user.id)
    return response


@blueprint.post("/logout")
@guarded_by("session")
@page(303, 403)
@raw_body(FORM)
def sign_out() -> Response:
    """End the session of this browser."""
    session = sessions.current()
    with transaction() as connection:
        sessions.end(connection, session.user_id, session.id)
    response = see_other("sign_in.show")
    sessions.take(response)
    return response


def _begun(user: AnyRow | None, password: str) -> str | None:
    """Return the cookie of a new session, or None when the password does not let the person in."""
    if not passwords.right(user.password if user else None, password) or user is None or user.locked_at is not None:
        return None
    kept = passwords.hashed(password) if passwords.outdated(user.password) else user.password
    with transaction() as connection:
        if not users.replace_password(connection, user.id, user.password, kept):
            return None
        return sessions.begin(connection, user.id)
