"""``POST /api/v1/register``: create an owner with a first key."""

from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.exc import IntegrityError

from ....database import transaction
from ....declare import body, errors, guarded_by, response
from ....features import Feature
from ....fields import Email
from ....limits import SettingRate, get_remote_address, limiter
from ....observability import events
from ....observability.events import SecurityEvent
from ....problems import Problem
from ... import guards
from ...scopes import current_scopes
from .. import issuing, queries
from .settings import GUARD, SignUpSettings, require_enabled

USER_CREATED = SecurityEvent("user_created", "info", "A user signed up.")
BY = "sign-up"  # the creator of the first key; not the username, which could be "operator"
blueprint = Blueprint("sign_up", __name__, url_prefix="/api/v1")
blueprint.record_once(lambda state: guards.add(state.app, GUARD, require_enabled))


class SignUp(Schema):
    """A new user."""

    username = fields.String(
        required=True,
        validate=validate.Regexp(
            r"\A[a-z0-9][a-z0-9._-]{2,31}\Z",
            error="Must be 3 to 32 characters of a-z, 0-9, '.', '-' and '_', and begin with a letter or digit.",
        ),
        metadata={"examples": ["ada"]},
    )
    email = Email(required=True, metadata={"examples": ["ada@example.com"]})


class SignedUp(Schema):
    """The new user with a first key, in the only response that contains it."""

    username = fields.String()
    key = fields.String()
    scopes = fields.List(fields.String())
    expires_at = fields.AwareDateTime()


@blueprint.post("/register")
@guarded_by(GUARD)
@limiter.shared_limit(SettingRate("sign-ups"), scope="sign-ups", key_func=get_remote_address)
@errors("forbidden", "conflict")
@body(SignUp)
@response(SignedUp, 201)
def register(body: dict[str, Any]) -> dict[str, Any]:
    """Sign up. Only this response contains your first key."""
    username, scopes = body["username"], current_scopes().sign_up
    try:
        with transaction() as connection:
            queries.add_owner(connection, username, body["email"])
            issued = issuing.issue(connection, owner=username, name="first key", scopes=scopes, by=BY)
    except IntegrityError:
        raise Problem("conflict", "The username is taken.") from None
    events.record(USER_CREATED, "a user signed up", owner=username)
    return {"username": username, "key": issued.key, "scopes": sorted(scopes), "expires_at": issued.expires_at}


FEATURE = Feature((blueprint,), (SignUpSettings,), (USER_CREATED,))
