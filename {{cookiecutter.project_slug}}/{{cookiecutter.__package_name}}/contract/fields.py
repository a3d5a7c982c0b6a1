"""The forms of a value in a body or a query, stricter than marshmallow's own."""

import re
from math import isfinite
from typing import Any

from marshmallow import ValidationError, fields, validate

# C0 and C1 controls, line and paragraph separators, surrogates, noncharacters: none belongs on a line that people read.
_NOT_ON_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NOT_IN_A_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Text(fields.String):
    """A text of several lines; tab, line feed and carriage return are its only controls."""

    refused = _NOT_IN_A_TEXT

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text is None or self.refused.search(text):
            raise ValidationError("Control characters are not allowed.")
        return text


class Line(Text):
    """A text of one line that is not blank, between ``low`` and ``high`` characters long."""

    refused = _NOT_ON_A_LINE

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(low, high), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not text.strip():
            raise ValidationError("It must not be blank.")
        return text


class Number(fields.Float):
    """A JSON number between ``low`` and ``high``, both included; a text or a boolean is none."""

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(low, high), **kwargs)

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.make_error("invalid", input=value)
        return value
