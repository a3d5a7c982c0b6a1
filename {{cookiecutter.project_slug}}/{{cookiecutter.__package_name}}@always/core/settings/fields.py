"""Field types of settings. Each accepts a TOML value or the string of a variable.

The first line of a docstring, or the attribute ``accepts``, describes the accepted values in the documentation.
"""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from limits import RateLimitItem, parse_many
from marshmallow import ValidationError, fields, validate

from .. import fields as shared

HOST = re.compile(r"(?=.{1,253}$)(?!.*(\.\.|-\.|\.-|[^.]{64}))[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
GENERATE_HINT = "use at least 32 random characters, such as the output of `openssl rand -base64 48`"


class Choice(fields.String):
    """One of several words."""

    def __init__(self, *words: str) -> None:
        self.accepts = " or ".join(f"`{word}`" for word in words)
        super().__init__(validate=validate.OneOf(words, error="Must be one of {choices}."))


class Line(shared.Line):
    """A line of 1 to 1000 characters."""

    def __init__(self) -> None:
        super().__init__(1, 1000)


class Integer(shared.Integer):
    """An integer from ``low`` to ``high``."""

    def __init__(self, low: int, high: int) -> None:
        super().__init__(low, high, digits=True)


class Boolean(fields.Boolean):
    """``true`` or ``false``."""

    def __init__(self) -> None:
        super().__init__(
            truthy={True, "true"}, falsy={False, "false"}, error_messages={"invalid": "Must be true or false."}
        )

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool | str):
            raise self.make_error("invalid")
        return bool(super()._deserialize(value, *args, **kwargs))


class Contact(fields.String):
    """A ``mailto:`` or ``https:`` URI; may be empty."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        uri: str = super()._deserialize(value, *args, **kwargs)
        if uri and not re.fullmatch(r"(mailto:|https://)[!-~]{1,1000}", uri):
            raise ValidationError("Must be empty or a URI that begins with mailto: or https://.")
        return uri


class IPAddress(fields.String):
    """An IP address of this machine; ``0.0.0.0`` and ``::`` mean all of them."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        try:
            return str(ip_address(str(value)))
        except ValueError:
            raise ValidationError("Must be an IP address, such as 127.0.0.1.") from None


class Secret(fields.String):
    """A random string: at least 32 characters, at least 12 of them different."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or len(value) < 32 or len(set(value)) < 12:
            raise ValidationError(f"Too weak; {GENERATE_HINT}.")
        return value


class FilePath(fields.Field[Path]):
    """A path, relative to the folder of ``settings.toml``."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Path:
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise ValidationError("Must be a path.")
        return Path(value)


class Url(fields.String):
    """A URL with one of the given schemes."""

    def __init__(self, *schemes: str) -> None:
        super().__init__()
        self.accepts = "a URL that begins with " + " or ".join(f"`{scheme}://`" for scheme in schemes)
        self._schemes = schemes

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        scheme, separator, rest = value.partition("://") if isinstance(value, str) else ("", "", "")
        if not separator or scheme not in self._schemes:
            found = f", not {scheme}://" if re.fullmatch("[a-z\"' ][a-z0-9+.-]{0,29}", scheme) and separator else ""
            raise ValidationError(f"Must begin with {' or '.join(each + '://' for each in self._schemes)}{found}.")
        if re.search("[\0-\x1f\x7f]|[ \"']$", value):
            raise ValidationError("Must not contain a line end or tab, nor end with a space or a quotation mark.")
        # Otherwise a part of the password would be taken for the host, and appear in messages of the client.
        if not rest.startswith("/") and set(rest.rpartition("@")[0]) & set("@/?#"):
            raise ValidationError(
                "The user and the password must not contain the characters @ / ? # as they are: write %40 %2F %3F %23."
            )
        return str(value)


class Rate(fields.Field[RateLimitItem]):
    """A rate limit over at most a year, such as ``600/minute``."""

    # The storages have upper bounds too: they count in 64 bits or less, and keep windows in milliseconds.
    MAX_REQUESTS, MAX_SECONDS = 1_000_000_000, 366 * 24 * 60 * 60

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> RateLimitItem:
        try:
            (rate,) = parse_many(value)
            if 1 <= rate.amount <= self.MAX_REQUESTS and 1 <= rate.get_expiry() <= self.MAX_SECONDS:
                return rate
        except ValueError:
            pass  # not a rate, or several
        raise ValidationError(
            f"Must be a rate such as 600/minute, of at most {self.MAX_REQUESTS} requests over at most a year."
        )


class StringList(fields.Field[tuple[str, ...]]):
    """A list of strings: an array in TOML, separated by commas in a variable."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [item.strip() for item in value.split(",") if item.strip()]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValidationError("Must be a list of strings.")
        for item in value:
            self.check(item)
        return tuple(value)

    def check(self, item: str) -> None:
        """Raise ``ValidationError`` for an invalid item."""


class Hosts(StringList):
    """Host names in lower case without a port; at least one."""

    def __init__(self) -> None:
        super().__init__(validate=validate.Length(1, error="Must contain a host name."))

    def check(self, item: str) -> None:
        """Raise ``ValidationError`` unless the item is a host name."""
        if not HOST.fullmatch(item):
            raise ValidationError(f"{item!r} is not a host name in lower case without a port.")


class FieldNames(StringList):
    """Names of header fields: letters, digits and dashes."""

    def check(self, item: str) -> None:
        """Raise ``ValidationError`` unless the item is a field name."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,63}", item):
            raise ValidationError(f"{item!r} is not a field name of letters, digits and dashes; list each name.")


def to_string(value: Any) -> str:
    """Return a value as a variable would contain it; ``(none)`` for no value."""
    match value:
        case bool():
            return str(value).lower()
        case tuple():
            text = ", ".join(value)
        case RateLimitItem():
            text = f"{value.amount}/{value.multiples if value.multiples > 1 else ''}{value.GRANULARITY.name}"
        case Path():
            text = value.as_posix()
        case _:
            text = "" if value is None else str(value)
    return text or "(none)"
