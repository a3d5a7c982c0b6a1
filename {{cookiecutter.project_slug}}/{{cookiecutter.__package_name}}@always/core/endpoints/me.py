"""``GET /api/v1/me``: the caller of the request."""

from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields

from ..declare import authenticated, response
from ..request import current_caller

blueprint = Blueprint("me", __name__, url_prefix="/api/v1")


class Me(Schema):
    """The caller of the request, and the credential that it sent."""

    id = fields.String()
    scopes = fields.List(fields.String())
    credential = fields.String()
    expires_at = fields.AwareDateTime()


@blueprint.get("/me")
@authenticated
@response(Me)
def me() -> dict[str, Any]:
    """Return who you are and what your credential allows."""
    caller = current_caller()
    return {
        "id": caller.id,
        "scopes": sorted(caller.scopes),
        "credential": caller.credential,
        "expires_at": caller.expires_at,
    }
