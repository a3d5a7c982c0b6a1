"""Field types for bodies, queries and settings, stricter than marshmallow's own.

The attribute ``json_schema`` of a field contains the JSON Schema keywords that apispec cannot derive; ``accepts`` is
what the documentation of a setting says about its values.
"""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from marshmallow import ValidationError, fields, validate

# C0 and C1 controls, line and paragraph separators, noncharacters.
_NOT_ON_A_LINE = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff"
_NOT_IN_A_TEXT = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff"
# JSON can write an unpaired surrogate, UTF-8 cannot.
_SURROGATES = r"\ud800-\udfff"
_BLANK = r"\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"


class Text(fields.String):
    """A string of several lines. Its only control characters are tab, line feed and carriage return."""

    forbidden = re.compile(f"[{_NOT_IN_A_TEXT}{_SURROGATES}]")
    json_schema: Mapping[str, str] = {"pattern": f"^[^{_NOT_IN_A_TEXT}]*$"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text is None or self.forbidden.search(text):
            raise ValidationError("Control characters are not allowed.")
        return text


class Line(Text):
    """A string of one line that is not blank, ``low`` to ``high`` characters long."""

    forbidden = re.compile(f"[{_NOT_ON_A_LINE}{_SURROGATES}]")
    json_schema: Mapping[str, str] = {
        "pattern": f"^[^{_NOT_ON_A_LINE}]*[^{_NOT_ON_A_LINE}{_BLANK}][^{_NOT_ON_A_LINE}]*$"
    }

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        self.accepts = f"a line of {low} to {high} characters"
        super().__init__(validate=validate.Length(low, high), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not text.strip():
            raise ValidationError("Must not be blank.")
        return text


class Integer(fields.Integer):
    """An integer from ``low`` to ``high``. Booleans are invalid, and so are strings unless ``digits`` is true.

    ``digits`` is for query parameters and environment variables, which are always strings.
    """

    def __init__(self, low: int, high: int, *, digits: bool = False, **kwargs: Any) -> None:
        self._digits = digits
        self.accepts = f"an integer from {low} to {high}"
        message = f"Must be {self.accepts}."
        super().__init__(
            validate=validate.Range(low, high, error=message), error_messages={"invalid": message}, **kwargs
        )

    def _validated(self, value: Any) -> int:
        if isinstance(value, str):
            valid = self._digits and re.fullmatch("-?[0-9]{1,12}", value) is not None
        else:
            # In JSON, 30 and 30.0 are the same number.
            valid = not isinstance(value, bool) and isinstance(value, int | float) and value == value // 1
        if not valid:
            raise self.make_error("invalid")
        return int(value)


class Number(fields.Float):
    """A JSON number from ``low`` to ``high``; strings and booleans are invalid."""

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(low, high), **kwargs)

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.make_error("invalid", input=value)
        return value
