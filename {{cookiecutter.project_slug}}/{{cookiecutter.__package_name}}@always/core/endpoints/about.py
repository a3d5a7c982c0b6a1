"""What the service tells of itself to anyone: what a problem type means, and where to report a vulnerability."""

from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, Response, abort, current_app
from marshmallow import Schema, fields

from .. import services
from ..clock import now
from ..declare import errors, produces, public, response
from ..problems import ProblemTypes
from ..settings import Settings, get_settings

VALID = timedelta(days=180)
blueprint = Blueprint("about", __name__)


class ProblemTypeSchema(Schema):
    """What one problem type means."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    meaning = fields.String()


@blueprint.get("/problems/<kind>")
@public
@errors("not-found")
@response(ProblemTypeSchema)
def problem_type(kind: str) -> dict[str, object]:
    """Tell what a problem type means: the ``type`` of every error leads here (RFC 9457, section 3.1.1)."""
    known = services.get(current_app, ProblemTypes).get(kind) or abort(404)
    return {"type": f"/problems/{kind}", "title": known.title, "status": known.status, "meaning": known.meaning}


@blueprint.get("/.well-known/security.txt")
@public
@produces("text/plain")
def security_txt() -> Response:
    """Tell where to report a vulnerability (RFC 9116)."""
    settings = get_settings(current_app, Settings)
    expires = datetime.combine(now().date(), time(), UTC) + VALID
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
