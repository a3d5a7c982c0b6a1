"""The settings of the limiter storage: a server that all workers share, and that can be unavailable."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError

from .declaration import setting
from .fields import Choice, Integer, Url
from .limiter import BACKEND, LIST_SCHEMES, MEANING, SCHEMES, SOCKET, STRATEGIES
from .storage_options import check_path_and_options

__all__ = ["BACKEND", "SHARED", "STRATEGIES", "StorageSettings"]

SHARED = True  # whether all workers count together


_HOST = re.compile(r"(?:(?:[\w-]+\.)*[\w-]+\.?|\[[0-9A-Fa-f:.]+(?:%\w+)?\])(?::([0-9]{1,5}))?")


class StorageUrl(Url):
    """The URL of a server, or of several that are separated by commas."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        url = super()._deserialize(value, *args, **kwargs)
        try:
            parts = urlsplit(url)
        except ValueError:  # invalid brackets
            parts = urlsplit("//")
        scheme, hosts = parts.scheme, re.split(", *", parts.netloc.rpartition("@")[2])
        if not (scheme == SOCKET.partition(":")[0] and hosts == [""] and parts.path.strip("/")):
            ports = [found and (found[1] or "") for found in map(_HOST.fullmatch, hosts)]
            required = scheme in LIST_SCHEMES
            valid = (port is not None and (1 <= int(port) <= 65535 if port else not required) for port in ports)
            if scheme.endswith("+unix") or not all(valid):
                raise ValidationError(
                    "Each host must have the form host:port, with brackets around an IPv6 address. "
                    f"The URL of a socket has the form {SOCKET}."
                )
            if len(hosts) > 1 and not required:
                raise ValidationError(f"Several hosts need {' or '.join(f'{each}://' for each in LIST_SCHEMES)}.")
        if "#" in url:
            raise ValidationError("Must not contain # as it is: write %23.")
        check_path_and_options(url)
        return url


@dataclass(frozen=True, kw_only=True)
class StorageSettings:
    """Where the rate limits are counted, and what happens while the storage is unavailable."""

    limiter_uri: str = setting(StorageUrl(*SCHEMES), MEANING, secret=True)
    limits_on_storage_error: str = setting(
        Choice("fallback", "reject"),
        "while the storage is unavailable: with fallback each worker counts alone, with reject requests get 503",
        default="fallback",
    )
    limits_timeout_ms: int = setting(
        Integer(50, 10_000),
        "the timeout of the storage in milliseconds; after a timeout the storage counts as unavailable",
        default=250,
    )
