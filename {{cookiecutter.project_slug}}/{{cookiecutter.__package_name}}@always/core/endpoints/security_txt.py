"""``/.well-known/security.txt``: where to report a vulnerability (RFC 9116)."""

from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response, current_app

from ..clock import now
from ..declare import produces, public
from ..settings import Settings, get_settings

VALIDITY = timedelta(days=180)
blueprint = Blueprint("security_txt", __name__)


@blueprint.get("/.well-known/security.txt")
@public
@produces("text/plain")
def security_txt() -> Response:
    """Return where to report a vulnerability."""
    contact = get_settings(current_app, Settings).security_contact
    expires = datetime.combine(now().date(), time(), UTC) + VALIDITY
    text = f"Contact: {contact}\nExpires: {expires:%Y-%m-%dT%H:%M:%SZ}\nPreferred-Languages: en\n"
    return Response(text, mimetype="text/plain")
