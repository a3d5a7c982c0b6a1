"""``/problems/<name>``: what a problem type means. The ``type`` of every error is such a path (RFC 9457, 3.1.1)."""

from flask import Blueprint, abort, current_app
from marshmallow import Schema, fields

from .. import services
from ..declare import errors, public, response
from ..problems import ProblemTypes

blueprint = Blueprint("problem_types", __name__)


class ProblemTypeSchema(Schema):
    """The meaning of a problem type."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    meaning = fields.String()


@blueprint.get("/problems/<name>")
@public
@errors("not-found")
@response(ProblemTypeSchema)
def problem_type(name: str) -> dict[str, object]:
    """Return what a problem type means."""
    found = services.get(current_app, ProblemTypes).get(name) or abort(404)
    return {"type": f"/problems/{name}", **found._asdict()}
