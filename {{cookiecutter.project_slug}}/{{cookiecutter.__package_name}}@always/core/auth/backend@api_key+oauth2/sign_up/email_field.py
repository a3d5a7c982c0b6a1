"""The field of an email address."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from ....fields import Line, Text


class EmailAddress(Text, fields.Email):
    """One line of at most 254 characters (RFC 5321, section 4.5.3.1.3).

    marshmallow's own field accepts control characters within quotes.
    """

    forbidden = Line.forbidden
    json_schema: Mapping[str, str] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=254), **kwargs)
