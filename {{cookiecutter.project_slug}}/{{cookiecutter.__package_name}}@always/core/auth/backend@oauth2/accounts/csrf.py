"""CSRF protection of the HTML forms (OWASP ASVS 5.0, 3.5.1).

Each form contains a token that is derived from the session cookie (the signed double-submit pattern). It also works
before sign-in, when the browser has a cookie but the database has no session. In addition, the browser must not report
another site as the source of the request.
"""

import hashlib
import hmac

from flask import current_app, request

from ....observability import events
from ....problems import Problem
from .. import parameters
from ..protected_resource import resource
from ..settings import secret_keys
from .sessions import COOKIE


def token(cookie: str) -> str:
    """Return the CSRF token for forms sent to the browser with this session cookie."""
    return _tokens(cookie)[0]


def protect() -> None:
    """Raise 403 unless this service sent the submitted form to this browser."""
    cookie, submitted = request.cookies.get(COOKIE, ""), parameters.form().get("csrf_token", "")
    if not cookie or not any(hmac.compare_digest(each.encode(), submitted.encode()) for each in _tokens(cookie)):
        _reject("the CSRF token is missing or invalid")
    if _is_cross_origin():
        _reject("a form was submitted from another origin")


def _tokens(cookie: str) -> list[str]:
    return [
        hmac.new(key.encode(), b"csrf " + cookie.encode(), hashlib.sha256).hexdigest()
        for key in secret_keys(current_app)
    ]


def _is_cross_origin() -> bool:
    """Return whether the browser reports another origin; clients that send neither header are not browsers."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own_origins = (f"{request.scheme}://{request.host}", resource(current_app))
    return (site is not None and site != "same-origin") or (origin is not None and origin not in own_origins)


def _reject(reason: str) -> None:
    events.record(events.AUTHZ_FAIL, reason)
    raise Problem("forbidden", "The form has expired or was not sent by this service. Reload the page and try again.")
