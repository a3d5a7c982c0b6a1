"""Pages of a list: how many entries, and after which one."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate

_FORM = re.compile("[A-Za-z0-9_-]{21}[AQgw]")  # 16 bytes, in the one way to write them


class Cursor(fields.Field[str]):
    """The end of the page before, as the ``next`` of its answer gave it. Loads as the id of the last entry."""

    described: Mapping[str, str] = {"type": "string", "pattern": f"^{_FORM.pattern}$"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not _FORM.fullmatch(value):
            raise ValidationError("It is no cursor that this service gave.")
        return str(UUID(bytes=urlsafe_b64decode(value + "==")))


class Integer(fields.Integer):
    """Digits and nothing else."""

    def _validated(self, value: Any) -> int:
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9):
            raise self.make_error("invalid", input=value)
        return int(value)


class Page(Schema):
    """Which page of a list."""

    limit = Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = Cursor()


def cursor(last: str) -> str:
    """Return the cursor of the page that follows the entry with this id."""
    return urlsafe_b64encode(UUID(last).bytes).decode().rstrip("=")
