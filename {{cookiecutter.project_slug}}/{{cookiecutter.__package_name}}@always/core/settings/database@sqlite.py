"""The settings of the SQLite database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError
from sqlalchemy.engine import make_url

from .declaration import setting
from .fields import Url


class DatabaseUrl(Url):
    """The URL of a file."""

    def __init__(self) -> None:
        super().__init__("sqlite")
        self.accepts = "a URL of the form `sqlite:///var/service.db`, relative to the folder of `settings.toml`"

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
        if file.startswith(("~", "$")):
            raise ValidationError(
                f"{file[0]} is not replaced by a folder. Write the whole path, such as sqlite:////home/ada/service.db."
            )
        return parts.set(database=str(kwargs.get("root", Path()) / file)).render_as_string()


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """Where the data is stored."""

    database_url: str = setting(DatabaseUrl(), "URL of the database file", secret=True)

    @property
    def database_options(self) -> dict[str, Any]:
        """How to connect, in addition to the URL."""
        return {}
