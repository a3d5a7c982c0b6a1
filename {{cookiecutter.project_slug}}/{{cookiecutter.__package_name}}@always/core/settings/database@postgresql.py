"""The settings of the PostgreSQL database."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from .declaration import setting
from .fields import Boolean, Url

# A name, an IP address, the folder of a socket, an abstract socket, or nothing for the default socket.
_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?|[0-9A-Fa-f:.]+(?:%\w+)?|[/@].*|")
_FILES = {"sslrootcert", "sslcert", "sslkey", "sslcrl"}


class DatabaseUrl(Url):
    """The URL of a PostgreSQL server; psycopg 3 connects to it."""

    def __init__(self) -> None:
        super().__init__("postgresql", "postgresql+psycopg")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        url = super()._deserialize(value, *args, **kwargs)
        try:
            parts = make_url(url)
            make_conninfo(**dict.fromkeys(parts.query, ""))
            options = parts.set(drivername="postgresql+psycopg").get_dialect()().create_connect_args(parts)[1]
        except ArgumentError as error:  # hosts and ports do not match
            raise ValidationError(f"{error}.") from None
        except ValueError:
            raise ValidationError(
                "Must have a numeric port, and brackets around an IPv6 address. Write several hosts as "
                "?host=one:5432&host=two:5432."
            ) from None
        except ProgrammingError as error:
            raise ValidationError(
                f"Has an {str(error).strip()}. A schema is options=-csearch_path%3Dname, TLS is sslmode=verify-full."
            ) from None
        if "%2f" in (parts.host or "").lower():
            raise ValidationError("Write the folder of a socket as ?host=/run/postgresql.")
        hosts = str(options.get("host") or "").split(",")
        if parts.port == 0 or not all(map(_HOST.fullmatch, hosts)):
            raise ValidationError("Each host must be a name, an IP address or the folder of a socket, its port not 0.")
        for name in _FILES & options.keys():
            if options[name] not in ("", "system") and not Path(options[name]).is_file():
                raise ValidationError(f"The file {name}={options[name]} does not exist.")
        if str(options.get("client_encoding", "utf8")).lower() not in ("utf8", "utf-8", "unicode", "auto"):
            raise ValidationError("Must not set another client_encoding than utf8.")
        if not re.fullmatch("[0-9]*", str(options.get("connect_timeout", ""))):
            raise ValidationError("The connect_timeout must be a number of seconds.")
        # libpq checks all options before it connects: here to sockets that do not exist.
        sockets = ",".join("/nowhere" for _ in hosts)
        options.update({"host": sockets, "hostaddr": "", "port": options.get("port", "5432")})
        reason = PGconn.connect_start(make_conninfo(**options).encode()).get_error_message()
        if "/nowhere" not in reason:
            raise ValidationError(f"Has an invalid connection option: {reason.strip()}.")
        return url


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """Where the data is stored."""

    database_url: str = setting(DatabaseUrl(), "URL of the database, with its password", secret=True)
    database_pooler: bool = setting(
        Boolean(),
        "whether a connection pooler in transaction mode, such as PgBouncer, is in front of the database",
        default=False,
    )

    @property
    def database_options(self) -> dict[str, Any]:
        """How to connect, in addition to the URL."""
        return {"pooler": self.database_pooler}
