"""The database must be a file: each connection to an in-memory database would have its own."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy.engine import make_url

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://:memory:",
        "sqlite:///file:service?mode=memory&uri=true",
        "sqlite://var/service.db",
    ],
)
def test_a_url_without_a_file_prevents_startup(make_app: MakeApp, service: ModuleType, url: str) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_DATABASE_URL .* path of a file"):
        make_app(database_url=url)


@pytest.mark.parametrize("url", ["sqlite:///~/service.db", "sqlite:///$HOME/service.db", "sqlite:///${HOME}/x.db"])
def test_a_path_that_only_a_shell_would_expand_prevents_startup(
    make_app: MakeApp, service: ModuleType, url: str
) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_DATABASE_URL .* whole path"):
        make_app(database_url=url)


@pytest.mark.parametrize(
    "url",
    ["sqlite:///.", "sqlite:////tmp/", "sqlite:///service.db?mode=ro", "sqlite:///a?b.db", "sqlite:///x?timeout=a"],
)
def test_a_folder_or_options_prevent_startup(make_app: MakeApp, service: ModuleType, url: str) -> None:
    """SQLAlchemy would ignore unknown options, and the part of a name after a question mark."""
    with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_DATABASE_URL .* without options"):
        make_app(database_url=url)


@pytest.mark.parametrize("name", ["a%3Fb.db", "a b%23.db", "é%25.db"])
def test_reserved_characters_in_a_path_are_kept(service: ModuleType, tmp_path: Path, name: str) -> None:
    field = service.core.settings.core.Settings.__dataclass_fields__["database_url"].metadata["field"]
    url = field.deserialize(f"sqlite:///{name}", root=tmp_path)
    assert make_url(url).database == str(tmp_path / unquote(name))


def test_a_relative_path_begins_at_the_folder_of_settings_toml(
    make_app: MakeApp,
    service: ModuleType,
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A command in another folder would otherwise create a second database."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    app = make_app(database_url="sqlite:///var/service.db")
    with app.app_context(), service.core.database.transaction():
        pass
    assert (Path(environ["APP_SETTINGS"]).parent / "var" / "service.db").is_file()
    assert list(elsewhere.iterdir()) == []


def test_another_scheme_is_named(make_app: MakeApp, service: ModuleType) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match="must begin with sqlite://, not mysql://"):
        make_app(database_url="mysql://service:secret@localhost/service")
