"""The URL of the PostgreSQL database."""

from typing import Any

from marshmallow import ValidationError
from sqlalchemy.engine import make_url

from .fields import Url


class DatabaseUrl(Url):
    """The URL of a PostgreSQL server; psycopg 3 connects to it."""

    meaning = "URL of the database, with its password"

    def __init__(self) -> None:
        super().__init__("postgresql", "postgresql+psycopg")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        url = super()._deserialize(value, *args, **kwargs)
        try:
            make_url(url)
        except ValueError:
            raise ValidationError("Must have a numeric port, and brackets around an IPv6 address.") from None
        return url
