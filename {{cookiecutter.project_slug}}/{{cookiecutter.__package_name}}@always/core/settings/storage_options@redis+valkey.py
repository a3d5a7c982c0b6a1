"""What follows the hosts in the URL of the limiter storage: a database, the name for Sentinels, and options."""

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from marshmallow import ValidationError

from .limiter import BACKEND, ConnectionPool

_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_TLS = {"ssl", "ssl_ca_certs"}


def check_path_and_options(url: str) -> None:
    """Raise ``ValidationError`` for what the client would ignore, misread or not accept."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in _FILES:
        if name in options and not Path(options[name]).is_file():
            raise ValidationError(f"The file {name}={options[name]} does not exist.")
    if parts.scheme.endswith("+sentinel"):
        if not re.fullmatch(r"/[\w.-]+", parts.path):
            raise ValidationError("Must end with /NAME, the name that the Sentinels have for the server.")
        _check_names(options, _TLS | {"sentinel_username", "sentinel_password"})
    elif parts.scheme.endswith("+cluster"):
        if parts.path not in ("", "/", "/0"):
            raise ValidationError("Must not name another database than 0, the only one of a cluster.")
        _check_names(options, _TLS)
    else:
        if not parts.scheme.endswith("+unix") and not re.fullmatch("(/[0-9]*)?/?", parts.path):
            raise ValidationError("After the host and a slash, the number of a database must follow, such as /0.")
        try:
            ConnectionPool.from_url(url.removeprefix(f"{BACKEND}+")).make_connection()  # does not connect
        except Exception as error:  # the errors of the client have no common class
            reason = str(error).rpartition("__init__() got an ")[2].rstrip(".")
            raise ValidationError(f"Has an invalid option: {reason}.") from None


def _check_names(options: dict[str, str], known: set[str]) -> None:
    if unknown := sorted(options.keys() - known):
        raise ValidationError(f"Has unknown options: {', '.join(unknown)}. Known are {', '.join(sorted(known))}.")
    if options.keys() & _TLS and options.get("ssl") != "true":
        raise ValidationError("TLS needs the option ssl=true.")
