"""Field types for bodies, queries and settings, stricter than those of marshmallow with the same purpose.

The attribute ``json_schema`` of a field has the keywords that apispec cannot derive, ``accepts`` what documents state.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from marshmallow import ValidationError, validate
from marshmallow import fields as lenient
from marshmallow.fields import List, Nested, String

__all__ = ["Boolean", "Date", "DateTime", "Email", "Integer", "Line", "List", "Nested", "Number", "String", "Text"]

# C0 and C1 controls, line and paragraph separators, noncharacters.
_NOT_IN_LINE = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff"
_NOT_IN_TEXT = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff"
# JSON can write an unpaired surrogate, UTF-8 cannot.
_SURROGATES = r"\ud800-\udfff"
# Blanks, and characters that leave no mark: default ignorable code points of Unicode and the empty Braille pattern.
# The OpenAPI document lacks those beyond U+FFFF, since JavaScript and .NET cannot compile them in a pattern.
_INVISIBLE = (
    r"\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202a-\u202f\u205f-\u206f"
    r"\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
# Python also reads other forms of ISO 8601, such as 20260131 and 2026-W05-6.
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATE_TIME = _DATE + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"


class Text(String):
    """A string of several lines. Its only control characters are tab, line feed and carriage return."""

    forbidden = re.compile(f"[{_NOT_IN_TEXT}{_SURROGATES}]")
    json_schema: Mapping[str, str] = {"pattern": f"^[^{_NOT_IN_TEXT}]*$"}

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if text is None or self.forbidden.search(text):
            raise ValidationError("Control characters are not allowed.")
        return text


class Line(Text):
    """A string of one line with a visible character, ``low`` to ``high`` characters long."""

    forbidden = re.compile(f"[{_NOT_IN_LINE}{_SURROGATES}]")
    visible = re.compile(f"[^{_INVISIBLE}\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")
    json_schema: Mapping[str, str] = {"pattern": f"^[^{_NOT_IN_LINE}]*[^{_NOT_IN_LINE}{_INVISIBLE}][^{_NOT_IN_LINE}]*$"}

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        self.accepts = f"a line of {low} to {high} characters"
        super().__init__(validate=validate.Length(low, high), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not self.visible.search(text):
            raise ValidationError("Must contain a visible character.")
        return text


class Email(Line, lenient.Email):
    """An email address of at most 254 characters (RFC 5321, section 4.5.3.1.3).

    marshmallow's own field accepts control characters within quotes.
    """

    json_schema: Mapping[str, str] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(1, 254, **kwargs)


class Integer(lenient.Integer):
    """An integer from ``low`` to ``high``. Booleans are invalid, and so are strings unless ``digits`` is true.

    ``digits`` is for query parameters and environment variables, which are always strings.
    """

    def __init__(self, low: int, high: int, *, digits: bool = False, **kwargs: Any) -> None:
        self._digits = digits
        self.accepts = f"an integer from {low} to {high}"
        text = f"Must be {self.accepts}."
        super().__init__(validate=validate.Range(low, high, error=text), error_messages={"invalid": text}, **kwargs)

    def _validated(self, value: Any) -> int:
        if isinstance(value, str):
            valid = self._digits and re.fullmatch("-?[0-9]{1,12}", value) is not None
        else:
            # In JSON, 30 and 30.0 are the same number.
            valid = not isinstance(value, bool) and isinstance(value, int | float) and value == value // 1
        if not valid:
            raise self.make_error("invalid")
        return int(value)


class Number(lenient.Float):
    """A JSON number from ``low`` to ``high``; strings and booleans are invalid."""

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(low, high), **kwargs)

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.make_error("invalid", input=value)
        return value + 0  # no -0.0, which compares equal to 0 but is written differently


class Boolean(lenient.Boolean):
    """A JSON boolean; strings and numbers are invalid."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Date(lenient.Date):
    """A date as in RFC 3339, such as ``2026-01-31``."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(_DATE, value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, *args, **kwargs)


class DateTime(lenient.AwareDateTime):
    """A date and time with its offset as in RFC 3339, such as ``2026-01-31T09:30:00Z``. Loads in UTC."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime:
        invalid = self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        if not isinstance(value, str) or not re.fullmatch(_DATE_TIME, value):
            raise invalid
        try:
            return super()._deserialize(value, *args, **kwargs).astimezone(UTC)
        except OverflowError:  # before the year 1 or after 9999 in UTC
            raise invalid from None
