"""The settings of the PostgreSQL database."""

from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError
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
            make_url(url)
        except ValueError:
            raise ValidationError("Must have a numeric port, and brackets around an IPv6 address.") from None
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
