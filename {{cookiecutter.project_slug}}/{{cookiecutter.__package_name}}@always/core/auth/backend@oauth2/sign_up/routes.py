"""``POST /api/v1/register``: create an account."""

from typing import Any

from flask import Blueprint
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy.exc import IntegrityError

from ....database import transaction
from ....declare import body, errors, guarded_by, response
from ....features import Feature
from ....fields import Email
from ....limits import SettingRate, get_remote_address, limiter
from ....observability import events
from ....problems import Problem
from ... import guards
from ...scopes import current_scopes
from ..accounts import passwords, users
from ..events import USER_CREATED
from ..settings import MIN_PASSWORD_LENGTH
from .settings import GUARD, SignUpSettings, require_enabled

blueprint = Blueprint("sign_up", __name__, url_prefix="/api/v1")
blueprint.record_once(lambda state: guards.add(state.app, GUARD, require_enabled))


class SignUp(Schema):
    """The data of a new account."""

    username = fields.String(
        required=True, validate=validate.Regexp(users.NAME, error=users.NAME_RULE), metadata={"examples": ["ada"]}
    )
    email = Email(required=True, metadata={"examples": ["ada@example.com"]})
    password = fields.String(
        required=True,
        load_only=True,
        metadata={
            "minLength": MIN_PASSWORD_LENGTH,
            "maxLength": passwords.MAX_LENGTH,
            "description": "A long password. Common passwords are rejected.",
            "examples": ["five plain words in a row"],
        },
    )

    @validates_schema
    def check_password(self, data: dict[str, Any], **_: Any) -> None:
        """Apply the password policy."""
        if violation := passwords.policy_violation(data["password"], name=data["username"], email=data["email"]):
            raise ValidationError(violation, "password")


class SignedUp(Schema):
    """The new account."""

    id = fields.String()
    username = fields.String()
    scopes = fields.List(fields.String())


@blueprint.post("/register")
@guarded_by(GUARD)
@limiter.shared_limit(SettingRate("sign-ups"), scope="sign-ups", key_func=get_remote_address)
@errors("forbidden", "conflict")
@body(SignUp)
@response(SignedUp, 201)
def register(body: dict[str, Any]) -> dict[str, Any]:
    """Sign up. You can then sign in and authorize applications to obtain tokens."""
    scopes = current_scopes().sign_up
    name, password_hash = body["username"], passwords.hash_password(body["password"])
    try:
        with transaction() as connection:
            user_id = users.add(connection, name=name, email=body["email"], password_hash=password_hash, scopes=scopes)
    except IntegrityError:
        raise Problem("conflict", "The username is taken.") from None
    events.record(USER_CREATED, "a user signed up", owner=user_id)
    return {"id": user_id, "username": name, "scopes": sorted(scopes)}


FEATURE = Feature((blueprint,), (SignUpSettings,))
