"""How a page for people is written: plain HTML with no script, in a frame of nobody (OWASP ASVS 5.0, 3.4)."""

from collections.abc import Callable
from typing import Any

from authlib.oauth2.rfc6749.errors import OAuth2Error
from flask import Blueprint, Response, current_app, g, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from ....declare import produces
from ....declare.declaration import HTML, View
from ....problems import PROBLEM_TYPES
from ....settings import Settings, get_settings
from . import sessions

TEMPLATES = "templates"
LED_ON = 303


def page(*statuses: int) -> Callable[[View], View]:
    """Declare that the view answers with a page, or leads to one, with these statuses."""
    return produces(HTML, status=statuses[0], other_statuses=statuses[1:], documented=False)


def render(template: str, /, *, status: int = 200, form_target: str | None = None, **values: Any) -> Response:
    """Return the page of this template. Its forms lead to this service, and by a redirect to ``form_target`` too."""
    cookie = request.cookies.get(sessions.COOKIE) or sessions.fresh()
    settings = get_settings(current_app, Settings)
    values |= {"form_token": sessions.form_token(cookie), "service": settings.service_name, "session": g.get("session")}
    response = Response(render_template(f"{template}.html", **values), status, mimetype="text/html")
    # Chromium holds the redirect that answers a form against form-action too.
    targets = "'self'" if form_target is None else f"'self' {form_target}"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )
    # With no-referrer a browser sends `Origin: null` with our own forms.
    response.headers["Referrer-Policy"] = "same-origin"
    if not request.cookies.get(sessions.COOKIE):
        sessions.give(response, cookie)
    return response


def see_other(endpoint: str, query: str = "") -> Response:
    """Lead the browser to a page of this service: 303, so that nothing that was posted is posted again."""
    return Response(status=LED_ON, headers={"Location": url_for(endpoint) + (f"?{query}" if query else "")})


def answer_errors(blueprint: Blueprint) -> None:
    """Let the pages of a blueprint answer errors as a page."""

    @blueprint.errorhandler(HTTPException)
    def answer(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return error.get_response()  # type: ignore[return-value]
        kind = getattr(error, "kind", None)
        title = PROBLEM_TYPES[kind].title if kind else error.name
        response = render("error", status=status, title=title, detail=error.description)
        headers = getattr(error, "headers", None) or error.get_headers()
        response.headers.extend((name, value) for name, value in headers if name == "Retry-After")
        return response

    @blueprint.errorhandler(OAuth2Error)
    def answer_protocol(error: OAuth2Error) -> Response:
        detail = error.get_error_description()
        return render("error", status=400, title="The application's request is wrong", detail=detail)
