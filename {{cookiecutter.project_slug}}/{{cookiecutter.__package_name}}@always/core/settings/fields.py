"""The forms that a setting can take. Each accepts a TOML value or the text of a variable.

What a form takes is told to people by its docstring, or by ``takes`` where that depends on its bounds.
"""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from limits import RateLimitItem, parse_many
from marshmallow import ValidationError, fields, validate

HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
ADVICE = "give at least 32 random characters, such as `openssl rand -base64 48` prints"


class Choice(fields.String):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.takes = " or ".join(f"`{word}`" for word in words)
        super().__init__(validate=validate.OneOf(words, error="it must be one of {choices}"))


class Text(fields.String):
    """A line of text that is not empty."""

    controls = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, *args, **kwargs)
        if not text.strip() or len(text) > 1000 or self.controls.search(text):
            raise ValidationError("it must be a line of 1 to 1000 characters")
        return text


class Contact(fields.String):
    """A ``mailto:`` or ``https:`` address; may be empty."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, *args, **kwargs)
        if text and not re.fullmatch(r"(mailto:|https://)[!-~]{1,1000}", text):
            raise ValidationError("it must be empty, or an address that begins with mailto: or https://")
        return text


class Address(fields.String):
    """An IP address of this machine; ``0.0.0.0`` and ``::`` stand for all that it has."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        try:
            return str(ip_address(str(value)))
        except ValueError:
            raise ValidationError("it must be an IP address such as 127.0.0.1") from None


class Integer(fields.Integer):
    """A whole number within bounds, both included."""

    def __init__(self, low: int, high: int) -> None:
        self.takes = f"a whole number from {low} to {high}"
        super().__init__(
            validate=validate.Range(low, high, error="it must be a whole number from {min} to {max}"),
            error_messages={"invalid": f"it must be a whole number from {low} to {high}"},
        )

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,12}", str(value)):
            raise self.make_error("invalid")
        return int(value)


class Boolean(fields.Boolean):
    """``true`` or ``false``."""

    def __init__(self) -> None:
        super().__init__(
            truthy={True, "true"}, falsy={False, "false"}, error_messages={"invalid": "it must be true or false"}
        )

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool | str):
            raise self.make_error("invalid")
        return bool(super()._deserialize(value, *args, **kwargs))


class Secret(fields.String):
    """A random text that cannot be guessed: 32 characters or more, and not a repeated few."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or len(value) < 32 or len(set(value)) < 12:
            raise ValidationError(f"it is too weak: {ADVICE}")
        return value


class FilePath(fields.Field[Path]):
    """A path; a relative one is taken from the folder of ``settings.toml``."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Path:
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise ValidationError("it must be a path")
        return Path(value)


class Url(fields.String):
    """An address with one of the given schemes."""

    def __init__(self, *schemes: str) -> None:
        super().__init__()
        self.takes = "an address that begins with " + " or ".join(f"`{scheme}://`" for scheme in schemes)
        self.schemes = schemes

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or value.partition("://")[0] not in self.schemes:
            raise ValidationError(f"it must begin with {' or '.join(s + '://' for s in self.schemes)}")
        return value


class Rate(fields.Field[RateLimitItem]):
    """A number of requests in a time of at most a year, such as ``600/minute``."""

    # No storage counts to any number: the requests, and the seconds, of which it keeps milliseconds.
    most, longest = 1_000_000_000, 366 * 24 * 60 * 60

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> RateLimitItem:
        try:
            (rate,) = parse_many(value)
            counted = 1 <= rate.amount <= self.most and 1 <= rate.get_expiry() <= self.longest
        except ValueError:
            counted = False
        if not counted:
            raise ValidationError(
                f"it must be a rate such as 600/minute, of at most {self.most} requests over at most a year"
            )
        return rate

    @staticmethod
    def written(rate: RateLimitItem) -> str:
        """Return a rate as it can be given, the same text however it was."""
        every = rate.multiples if rate.multiples > 1 else ""
        return f"{rate.amount}/{every}{rate.GRANULARITY.name}"


class StringList(fields.Field[tuple[str, ...]]):
    """A list of words: an array in TOML, words between commas in a variable."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [word.strip() for word in value.split(",") if word.strip()]
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise ValidationError("it must be a list of texts")
        return tuple(self.word(word) for word in value)

    def word(self, text: str) -> str:
        """Return the word, or raise ``ValidationError`` with the rule that it breaks."""
        return text


class Hosts(StringList):
    """Host names without a port, in lower case; at least one."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> tuple[str, ...]:
        hosts = super()._deserialize(value, *args, **kwargs)
        if not hosts:
            raise ValidationError("it must name a host")
        return hosts

    def word(self, text: str) -> str:
        """Return the host name."""
        if not HOST.fullmatch(text):
            raise ValidationError(f"{text!r} is no host name in lower case without a port")
        return text


class Origins(StringList):
    """Origins as a browser sends them: ``scheme://host[:port]`` and nothing more (RFC 6454, section 6.2)."""

    def word(self, text: str) -> str:
        """Return the origin."""
        rule = f"{text!r} is no origin of the form https://host[:port]"
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise ValidationError(rule) from None
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else (parts.hostname or "")
        default = {"https": 443, "http": 80}.get(parts.scheme)
        rebuilt = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
        if default is None or not HOST.fullmatch(host) or rebuilt != text or port in (0, default):
            raise ValidationError(rule)
        if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "[::1]"):
            raise ValidationError(f"{text!r} is plain http and not on localhost")
        return text
