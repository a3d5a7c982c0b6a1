"""What an address of the database looks like."""

from typing import Any

from marshmallow import ValidationError
from sqlalchemy.engine import make_url

from .fields import Url


class DatabaseUrl(Url):
    """The address of a file."""

    meaning = "the file of the database"

    def __init__(self) -> None:
        super().__init__("sqlite")
        self.takes = "an address of the form `sqlite:///var/service.db`"

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        try:
            address = make_url(text)
            file = "" if address.host else address.database or ""
        except ValueError:
            file = ""
        # In memory the database would be another one for each connection; `file:` may lead there.
        if file in ("", ":memory:") or file.startswith("file:"):
            raise ValidationError("it must name a file, as sqlite:///var/service.db does")
        return text
