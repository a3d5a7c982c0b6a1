"""What a key looks like from outside. Its text is in no answer but the one that made it."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from ...declare import Line
from ...declare.pagination import Integer
from ..scopes import SCOPES


class ScopeList(fields.List[str]):
    """A list of scopes, each once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields.String(validate=validate.OneOf(SCOPES, error="There is no such scope.")), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        scopes = super()._deserialize(value, *args, **kwargs)
        if len(set(scopes)) != len(scopes) or not scopes:
            raise ValidationError("Name at least one scope, each once.")
        return scopes


class Days(fields.Integer):
    """A whole number of days, as a JSON number."""

    def _validated(self, value: Any) -> int:
        # JSON does not tell 30 from 30.0.
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole:
            raise self.make_error("invalid", input=value)
        return int(value)


class NewKey(Schema):
    """What a caller says of a new key."""

    name = Line(1, 100, required=True, metadata={"examples": ["Nightly export"]})
    scopes = ScopeList(required=True, metadata={"examples": [["items:read"]], "minItems": 1, "uniqueItems": True})
    expires_in_days = Days(validate=validate.Range(1, 365), metadata={"examples": [30]})


class KeySchema(Schema):
    """A key, without its text."""

    id = fields.String()
    owner = fields.String()
    name = fields.String()
    scopes = fields.Function(lambda row: row.scopes.split(), metadata={"type": "array", "items": {"type": "string"}})
    rate = fields.String(allow_none=True)
    created_by = fields.String()
    created_at = fields.AwareDateTime()
    not_before = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()
    revoked_at = fields.AwareDateTime(allow_none=True)
    replaces = fields.String(allow_none=True)
    last_used_at = fields.AwareDateTime(allow_none=True)


class KeyList(Schema):
    """One page of keys; ``next`` is the id to go on after, or null on the last."""

    keys = fields.List(fields.Nested(KeySchema))
    next = fields.String(allow_none=True)


class KeyPage(Schema):
    """Which page of the keys."""

    limit = Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(
        validate=validate.Regexp(r"\A[0-9A-Za-z]{12}\Z", error="It is no cursor that this service gave.")
    )


class IssuedSchema(Schema):
    """A key at the only moment when its text is told."""

    id = fields.String()
    key = fields.String(attribute="text")
    expires_at = fields.AwareDateTime()
