"""The forms of a value in a body or a query, stricter than marshmallow's own.

``described`` is what the OpenAPI document says of a form beside what marshmallow tells of it.
"""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from marshmallow import ValidationError, fields, validate

# C0 and C1 controls, line and paragraph separators, noncharacters: none belongs on a line that people read.
_NOT_ON_A_LINE = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff"
_NOT_IN_A_TEXT = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff"
# Nor does half of a surrogate pair, which JSON can write and UTF-8 cannot.
_SURROGATES = r"\ud800-\udfff"
_BLANK = r"\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"


class Text(fields.String):
    """A text of several lines; tab, line feed and carriage return are its only controls."""

    refused = re.compile(f"[{_NOT_IN_A_TEXT}{_SURROGATES}]")
    described: Mapping[str, str] = {"pattern": f"^[^{_NOT_IN_A_TEXT}]*$"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text is None or self.refused.search(text):
            raise ValidationError("Control characters are not allowed.")
        return text


class Line(Text):
    """A text of one line that is not blank, between ``low`` and ``high`` characters long."""

    refused = re.compile(f"[{_NOT_ON_A_LINE}{_SURROGATES}]")
    described: Mapping[str, str] = {"pattern": f"^[^{_NOT_ON_A_LINE}]*[^{_NOT_ON_A_LINE}{_BLANK}][^{_NOT_ON_A_LINE}]*$"}

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
