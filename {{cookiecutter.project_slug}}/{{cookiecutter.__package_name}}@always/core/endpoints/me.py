"""``GET /api/v1/me``: the caller of the request."""

from flask import Blueprint
from marshmallow import Schema, fields

from ..declare import authenticated, response
from ..request import Caller, current_caller

blueprint = Blueprint("me", __name__, url_prefix="/api/v1")


class Me(Schema):
    """The caller of the request, and the credential that it sent."""

    id = fields.String()
    scopes = fields.Function(lambda me: sorted(me.scopes), metadata={"type": "array", "items": {"type": "string"}})
    credential = fields.String()
    expires_at = fields.AwareDateTime()


@blueprint.get("/me")
@authenticated
@response(Me)
def me() -> Caller:
    """Return who you are and what your credential allows."""
    return current_caller()
