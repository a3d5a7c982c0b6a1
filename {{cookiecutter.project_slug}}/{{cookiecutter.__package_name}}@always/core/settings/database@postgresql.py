"""What an address of the database looks like; psycopg 3 speaks to it."""

from typing import Any

from marshmallow import ValidationError
from sqlalchemy.engine import make_url

from .fields import Url


class DatabaseUrl(Url):
    """The address of a server."""

    meaning = "where the database is, with its password"

    def __init__(self) -> None:
        super().__init__("postgresql", "postgresql+psycopg")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        try:
            make_url(text)
        except ValueError:
            raise ValidationError("its port must be a number, and an IPv6 address stand in brackets") from None
        return text
