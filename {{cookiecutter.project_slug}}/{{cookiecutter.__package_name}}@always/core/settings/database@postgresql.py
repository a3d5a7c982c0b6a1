"""The settings of the PostgreSQL database."""

from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url

from .declaration import setting
from .fields import Boolean, Url


class DatabaseUrl(Url):
    """The URL of a PostgreSQL server; psycopg 3 connects to it."""

    def __init__(self) -> None:
        super().__init__("postgresql", "postgresql+psycopg")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        url = super()._deserialize(value, *args, **kwargs)
        try:
            parts = make_url(url)
            make_conninfo(**dict.fromkeys(parts.query, ""))
        except ValueError:
            raise ValidationError(
                "Must have a numeric port, and brackets around an IPv6 address. Write several hosts as "
                "?host=one:5432&host=two:5432."
            ) from None
        except ProgrammingError as error:
            raise ValidationError(
                f"Has an {str(error).strip()}. A schema is options=-csearch_path%3Dname, TLS is sslmode=verify-full."
            ) from None
        if "%" in (parts.host or ""):
            raise ValidationError("Write the folder of a socket as ?host=/run/postgresql.")
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
