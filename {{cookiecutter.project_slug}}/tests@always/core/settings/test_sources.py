"""The environment takes precedence over ``.env``, and ``.env`` over ``settings.toml``, which must exist."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.core.registry import registered
from tests.core.service import create_app


def test_the_environment_takes_precedence_over_dotenv_and_dotenv_over_toml(
    environ: dict[str, str], service: ModuleType
) -> None:
    folder = Path(environ["APP_SETTINGS"]).parent

    def port() -> int:
        return registered(create_app(environ), "ActiveSettings")[service.core.settings.Settings].server_port

    (folder / "settings.toml").write_text(
        (folder / "settings.toml").read_text().replace("[server]", "[server]\nport = 1001")
    )
    assert port() == 1001
    (folder / ".env").write_text("APP_SERVER_PORT=1002\n")
    assert port() == 1002
    environ["APP_SERVER_PORT"] = "1003"
    assert port() == 1003


def test_a_missing_or_invalid_settings_file_is_named(environ: dict[str, str], service: ModuleType) -> None:
    path = Path(environ["APP_SETTINGS"])
    path.write_text("[server\n")
    with pytest.raises(service.core.settings.ConfigurationError, match=r"Cannot read .*settings\.toml"):
        create_app(environ)
    path.unlink()
    with pytest.raises(service.core.settings.ConfigurationError, match=r"settings\.toml does not exist"):
        create_app(environ)
