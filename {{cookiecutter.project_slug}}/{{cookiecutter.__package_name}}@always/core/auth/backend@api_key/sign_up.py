"""``POST /api/v1/register``: anyone becomes a caller and gets a first key, where the settings open it."""

from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy.exc import IntegrityError

from ...database import transaction
from ...declare import body, errors, response
from ...declare.access_rule import guarded_by
from ...limits import SettingRate, get_remote_address, limiter
from ...observability import events
from ...problems import Problem
from ..scopes import current_scopes
from . import issuing, owners, sign_up_guard
from .email_field import MailAddress
from .events import USER_CREATED

BY = "sign-up"  # who made the first key: the name of a caller could be that of somebody else there
blueprint = Blueprint("sign_up", __name__, url_prefix="/api/v1")
sign_up_guard.join(blueprint)


class SignUp(Schema):
    """Who wants to become a caller."""

    username = fields.String(
        required=True,
        validate=validate.Regexp(
            r"\A[a-z0-9][a-z0-9._-]{2,31}\Z",
            error="It must be 3 to 32 of a-z, 0-9, dot, dash and underscore, and begin with a letter or digit.",
        ),
        metadata={"examples": ["ada"]},
    )
    email = MailAddress(required=True, metadata={"examples": ["ada@example.com"]})


class Registered(Schema):
    """The new caller and its first key, which is told here and nowhere else."""

    username = fields.String()
    key = fields.String()
    scopes = fields.List(fields.String())
    expires_at = fields.AwareDateTime()


@blueprint.post("/register")
@guarded_by(sign_up_guard.GUARD)
@limiter.shared_limit(SettingRate("sign-ups"), scope="sign-ups", key_func=get_remote_address)
@errors("forbidden", "conflict")
@body(SignUp)
@response(Registered, 201)
def register(body: dict[str, Any]) -> dict[str, Any]:
    """Sign up and get a first key."""
    username, scopes = body["username"], current_scopes().sign_up
    try:
        with transaction() as connection:
            owners.add(connection, username, body["email"])
            issued = issuing.issue(connection, owner=username, name="first key", scopes=scopes, by=BY)
    except IntegrityError:
        raise Problem("conflict", "The username is taken.") from None
    events.record(USER_CREATED, "a caller signed up", owner=username)
    return {
        "username": username,
        "key": issued.key,
        "scopes": sorted(scopes),
        "expires_at": issued.expires_at,
    }
