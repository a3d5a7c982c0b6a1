"""HTML pages: rendering, security headers and error pages (OWASP ASVS 5.0, 3.4). The pages contain no scripts."""

from collections.abc import Callable
from typing import Any

from authlib.oauth2.rfc6749.errors import OAuth2Error
from flask import Blueprint, Response, current_app, g, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from ....database import transaction
from ....declare import produces, raw_body, raw_query
from ....declare.declaration import FORM, HTML, View
from ....problems import PROBLEM_TYPES
from ....settings import Settings, get_settings
from ..settings import TokenSettings
from . import csrf, sessions

TEMPLATES = "templates"
MAX_DETAIL = 200  # characters; it may contain a parameter that the client sent


def html_page(*statuses: int) -> Callable[[View], View]:
    """Declare a view that parses its own query, and responds with a page or a redirect with these statuses."""
    respond = produces(HTML, status=statuses[0], other_statuses=statuses[1:], documented=False)
    return lambda view: raw_query(respond(view))


def html_form(*statuses: int) -> Callable[[View], View]:
    """Declare a view that parses a submitted form, and responds with a page or a redirect with these statuses."""
    respond = produces(HTML, status=statuses[0], other_statuses=statuses[1:], documented=False)
    return lambda view: raw_body(FORM)(respond(view))


def session_guard() -> Response | None:
    """Redirect a browser without a valid session to the sign-in page; check the CSRF token of a POST."""
    session = sessions.load()
    if session is None:
        return see_other("sign_in.show")
    g.session = session
    if request.method == "POST":
        csrf.protect()
    return None


def find_exposed() -> dict[str, str] | None:
    """Return the user whose session cookie the request contains, or None; end the session if the settings say so."""
    session = sessions.load()
    if session is None:
        return None
    if get_settings(current_app, TokenSettings).tokens_revoke_exposed:
        with transaction() as connection:
            sessions.end(connection, session.user_id, session.id)
    return {"owner": session.user_id}


def render(template: str, /, *, status: int = 200, form_target: str | None = None, **values: Any) -> Response:
    """Return the rendered page. Its forms may submit to this service, and redirect from there to ``form_target``."""
    cookie = request.cookies.get(sessions.COOKIE) or sessions.new_cookie()
    settings = get_settings(current_app, Settings)
    values |= {"csrf_token": csrf.token(cookie), "service": settings.service_name, "session": g.get("session")}
    response = Response(render_template(f"{template}.html", **values), status, mimetype="text/html")
    # Chromium applies form-action to the redirect after a form submission too.
    form_action = "'self'" if form_target is None else f"'self' {form_target}"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )
    # With no-referrer, browsers send `Origin: null` with our own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    if not request.cookies.get(sessions.COOKIE):
        sessions.set_cookie(response, cookie)
    return response


def see_other(endpoint: str, query: str = "") -> Response:
    """Redirect to a page of this service with 303, so that the browser does not repeat a POST."""
    return Response(status=303, headers={"Location": url_for(endpoint) + (f"?{query}" if query else "")})


def render_errors(blueprint: Blueprint) -> None:
    """Make the views of a blueprint respond to errors with an HTML page."""

    @blueprint.errorhandler(HTTPException)
    def render_http_error(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return error.get_response()  # type: ignore[return-value]
        type_name = getattr(error, "type_name", None)
        title = PROBLEM_TYPES[type_name].title if type_name else error.name
        response = render("error", status=status, title=title, detail=error.description)
        headers = getattr(error, "headers", None) or error.get_headers()
        response.headers.extend((name, value) for name, value in headers if name == "Retry-After")
        return response

    @blueprint.errorhandler(OAuth2Error)
    def render_oauth_error(error: OAuth2Error) -> Response:
        detail = (error.get_error_description() or "")[:MAX_DETAIL]
        return render("error", status=400, title="Invalid authorization request", detail=detail)
