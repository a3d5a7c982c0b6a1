"""The settings of the SQLite database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from marshmallow import ValidationError
from sqlalchemy.engine import URL

from .declaration import setting
from .fields import Url


class DatabaseUrl(Url):
    """The URL of a file."""

    def __init__(self) -> None:
        super().__init__("sqlite")
        self.accepts = "a URL of the form `sqlite:///var/service.db`, relative to the folder of `settings.toml`"

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        url = super()._deserialize(value, *args, **kwargs)
        host, _, path = url.removeprefix("sqlite://").partition("/")
        file = unquote(path)
        # Each connection would have its own database in memory; a file: URI can mean memory too.
        if host or file in ("", ":memory:") or file.startswith("file:"):
            raise ValidationError("Must contain the path of a file, such as sqlite:///var/service.db.")
        if file.startswith(("~", "$")):
            raise ValidationError(
                f"{file[0]} is not replaced by a folder. Write the whole path, such as sqlite:////home/ada/service.db."
            )
        database = kwargs.get("root", Path()) / file
        if "?" in path or database.is_dir():
            raise ValidationError("Must be the URL of a file, not of a folder, and without options; write ? as %3F.")
        return URL.create("sqlite", database=str(database)).render_as_string()


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """Where the data is stored."""

    database_url: str = setting(DatabaseUrl(), "URL of the database file", secret=True)

    @property
    def database_options(self) -> dict[str, Any]:
        """How to connect, in addition to the URL."""
        return {}
