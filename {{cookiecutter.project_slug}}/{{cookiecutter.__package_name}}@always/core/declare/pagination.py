"""Cursor pagination: the query parameters ``limit`` and ``cursor`` of a list."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields

from ..fields import Integer

_CURSOR = re.compile("[A-Za-z0-9_-]{21}[AQgw]")  # 16 bytes in canonical base64url, without padding


class Cursor(fields.Field[str]):
    """A value of ``next`` in the response for the previous page. Loads as the id of that page's last entry."""

    json_schema: Mapping[str, str] = {"type": "string", "pattern": f"^{_CURSOR.pattern}$"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not _CURSOR.fullmatch(value):
            raise ValidationError("Invalid cursor.")
        return str(UUID(bytes=urlsafe_b64decode(value + "==")))


class Page(Schema):
    """The query parameters of a list: the number of entries, and the cursor of the page."""

    limit = Integer(1, 100, digits=True, load_default=20)
    cursor = Cursor()


def cursor(last: str) -> str:
    """Return the cursor of the page after the entry with the id ``last``."""
    return urlsafe_b64encode(UUID(last).bytes).decode().rstrip("=")
