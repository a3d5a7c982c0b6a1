"""The forms of an address that tokens and their issuers are known by."""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

from ...settings.fields import Origins


class HttpsOrigin(fields.String):
    """``https://host[:port]`` and nothing more; may be empty."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, *args, **kwargs)
        if text and not text.startswith("https://"):
            raise ValidationError("it must begin with https://")
        return Origins().word(text) if text else text


class HttpsAddress(fields.String):
    """``https://host[:port][/path]``, with neither query nor fragment (RFC 8414, section 2); kept as it is written."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, *args, **kwargs)
        try:
            parts = urlsplit(text)
            plain = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and parts.port != 0
        except ValueError:
            plain = False
        if not plain or not text.isprintable() or not text.isascii() or set(text) & set('?# "\\<>'):
            raise ValidationError("it must be an address of the form https://host/path")
        return text
