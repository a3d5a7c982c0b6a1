"""Keys in requests and responses. Only the response that creates a key contains it."""

from typing import Any

from flask import current_app
from marshmallow import Schema, ValidationError, fields, validate, validates

from ...fields import Integer, Line
from ...settings import get_settings
from ..scopes import current_scopes
from .settings import MAX_DAYS, KeySettings


class Scope(fields.String):
    """The name of a scope of the application."""

    @property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema keywords for the OpenAPI document."""
        return {"enum": list(current_scopes())}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        scope = super()._deserialize(value, *args, **kwargs)
        if scope not in current_scopes():
            raise ValidationError("Unknown scope.")
        return scope


def _distinct(scopes: list[str]) -> None:
    if len(set(scopes)) != len(scopes) or not scopes:
        raise ValidationError("List at least one scope, and each only once.")


class CreateKey(Schema):
    """The properties of a new key."""

    name = Line(1, 100, required=True, metadata={"examples": ["Nightly export"]})
    scopes = fields.List(
        Scope(),
        required=True,
        validate=_distinct,
        metadata={"examples": [["keys:manage"]], "minItems": 1, "uniqueItems": True},
    )
    expires_in_days = Integer(1, MAX_DAYS, metadata={"examples": [30]})

    @validates("expires_in_days")
    def check_maximum(self, days: int, **_: Any) -> None:
        """Apply the maximum lifetime of the settings."""
        if days > (maximum := get_settings(current_app, KeySettings).keys_max_days):
            raise ValidationError(f"Must be at most {maximum}, the maximum lifetime of a key.")


class KeySchema(Schema):
    """The properties of a key, without its secret."""

    id = fields.String()
    owner = fields.String()
    name = fields.String()
    scopes = fields.Function(lambda row: sorted(row.scopes), metadata={"type": "array", "items": {"type": "string"}})
    rate = fields.String(allow_none=True)
    created_by = fields.String()
    created_at = fields.AwareDateTime()
    not_before = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()
    revoked_at = fields.AwareDateTime(allow_none=True)
    replaces = fields.String(allow_none=True)
    last_used_at = fields.AwareDateTime(allow_none=True)


class KeyList(Schema):
    """One page of keys; ``next`` is the cursor of the next page, or null on the last page."""

    keys = fields.List(fields.Nested(KeySchema))
    next = fields.String(allow_none=True)


class KeyPage(Schema):
    """The query parameters of a list of keys."""

    limit = Integer(1, 100, digits=True, load_default=20)
    cursor = fields.String(validate=validate.Regexp(r"\A[0-9A-Za-z]{12}\Z", error="Invalid cursor."))


class IssuedKeySchema(Schema):
    """A new key, in the only response that contains it."""

    id = fields.String()
    key = fields.String()
    expires_at = fields.AwareDateTime()
