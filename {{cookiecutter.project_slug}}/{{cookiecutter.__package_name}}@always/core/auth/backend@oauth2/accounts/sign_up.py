"""``POST /api/v1/register``: anyone becomes a caller, where the settings open it."""

from typing import Any

from flask import Blueprint
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy.exc import IntegrityError

from ....database import transaction
from ....declare import body, errors, response
from ....declare.access_rule import guarded_by
from ....limits import SettingRate, get_remote_address, limiter
from ....observability import events
from ....problems import Problem
from .. import sign_up_guard
from ..email_field import MailAddress
from ..settings import SHORTEST_PASSWORD
from . import passwords, users

FIRST_SCOPES = ("items:read", "items:write")
blueprint = Blueprint("sign_up", __name__, url_prefix="/api/v1")
sign_up_guard.join(blueprint)


class SignUp(Schema):
    """Who wants to become a caller."""

    username = fields.String(
        required=True, validate=validate.Regexp(users.NAME, error=users.NAME_RULE), metadata={"examples": ["ada"]}
    )
    email = MailAddress(required=True, metadata={"examples": ["ada@example.com"]})
    password = fields.String(
        required=True,
        load_only=True,
        metadata={
            "minLength": SHORTEST_PASSWORD,
            "maxLength": passwords.AT_MOST,
            "description": "Long, and none that many people take.",
            "examples": ["five plain words in a row"],
        },
    )

    @validates_schema
    def good_password(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a password that is short or common."""
        if fault := passwords.fault(data["password"], name=data["username"], email=data["email"]):
            raise ValidationError(fault, "password")


class Registered(Schema):
    """The new caller."""

    id = fields.String()
    username = fields.String()
    scopes = fields.List(fields.String())


@blueprint.post("/register")
@guarded_by(sign_up_guard.GUARD)
@limiter.shared_limit(SettingRate("sign-ups"), scope="sign-ups", key_func=get_remote_address)
@errors("forbidden", "conflict")
@body(SignUp)
@response(Registered, 201)
def register(body: dict[str, Any]) -> dict[str, Any]:
    """Sign up. The account signs in to applications, which then get tokens."""
    password = passwords.hashed(body["password"])
    try:
        with transaction() as connection:
            user_id = users.add(
                connection, name=body["username"], email=body["email"], password=password, scopes=FIRST_SCOPES
            )
    except IntegrityError:
        raise Problem("conflict", "The username is taken.") from None
    events.record("user_created", "a caller signed up", owner=user_id)
    return {"id": user_id, "username": body["username"], "scopes": sorted(FIRST_SCOPES)}
