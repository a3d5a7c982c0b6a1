"""Fields of the settings that are URLs of the service or of an issuer."""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

from ...settings.origins import Origins


class HttpsOrigin(fields.String):
    """An origin ``https://host[:port]``; may be empty."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        origin: str = super()._deserialize(value, *args, **kwargs)
        if origin and not origin.startswith("https://"):
            raise ValidationError("Must begin with https://.")
        if origin:
            Origins().check(origin)
        return origin


class HttpsUrl(fields.String):
    """A URL ``https://host[:port][/path]`` without query and fragment (RFC 8414, section 2), kept as written."""

    schemes: tuple[str, ...] = ("https",)
    forbidden = frozenset('?# "\\<>')

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        url: str = super()._deserialize(value, *args, **kwargs)
        try:
            parts = urlsplit(url)
            valid = parts.scheme in self.schemes and parts.hostname and "@" not in parts.netloc and parts.port != 0
        except ValueError:
            valid = False
        if not valid or not url.isprintable() or not url.isascii() or set(url) & self.forbidden:
            raise ValidationError("Must be a URL of the form https://host/path.")
        return url
