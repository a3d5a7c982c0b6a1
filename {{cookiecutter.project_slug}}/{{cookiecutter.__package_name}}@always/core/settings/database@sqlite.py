"""The URL of the SQLite database."""

from typing import Any

from marshmallow import ValidationError
from sqlalchemy.engine import make_url

from .fields import Url


class DatabaseUrl(Url):
    """The URL of a file."""

    meaning = "URL of the database file"

    def __init__(self) -> None:
        super().__init__("sqlite")
        self.accepts = "a URL of the form `sqlite:///var/service.db`"

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        url = super()._deserialize(value, *args, **kwargs)
        try:
            parts = make_url(url)
            file = "" if parts.host else parts.database or ""
        except ValueError:
            file = ""
        # Each connection would have its own database in memory; a file: URI can mean memory too.
        if file in ("", ":memory:") or file.startswith("file:"):
            raise ValidationError("Must contain the path of a file, such as sqlite:///var/service.db.")
        return url
