"""A secret is required. It can be read from a file, but not from ``settings.toml`` or from two variables."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.core.registry import registered
from tests.core.service import create_app

HEX = "0123456789abcdef" * 4


def test_a_missing_secret_prevents_startup(environ: dict[str, str], service: ModuleType) -> None:
    del environ["APP_SECRET_KEY"]
    with pytest.raises(
        service.core.settings.ConfigurationError,
        match=r"APP_SECRET_KEY is missing: set it to the secret .*; use at least 32 random characters",
    ):
        create_app(environ)


def test_a_secret_can_be_read_from_a_file(environ: dict[str, str], service: ModuleType, tmp_path: Path) -> None:
    secret = environ.pop("APP_SECRET_KEY")
    (tmp_path / "secret").write_text(secret + "\n")
    environ["APP_SECRET_KEY_FILE"] = str(tmp_path / "secret")
    active_settings = registered(create_app(environ), "ActiveSettings")[service.core.settings.Settings]
    assert active_settings.secret_key == secret
    other = secret[::-1]
    (tmp_path / "token").write_text(f"{other}\n{secret}x\n")
    del environ["APP_METRICS_TOKEN"]
    environ["APP_METRICS_TOKEN_FILE"] = str(tmp_path / "token")
    active_settings = registered(create_app(environ), "ActiveSettings")[service.core.settings.Settings]
    assert (active_settings.metrics_token, active_settings.metrics_token_previous) == (other, f"{secret}x")
    environ["APP_SECRET_KEY_FILE"] = str(tmp_path / "nothing")
    with pytest.raises(
        service.core.settings.ConfigurationError, match="Cannot read the file that APP_SECRET_KEY_FILE names"
    ):
        create_app(environ)


@pytest.mark.parametrize("in_dotenv", [False, True])
@pytest.mark.parametrize(
    ("other", "lines"), [("APP_METRICS_TOKEN", 1), ("APP_METRICS_TOKEN", 2), ("APP_METRICS_TOKEN_PREVIOUS", 2)]
)
def test_a_secret_that_one_source_sets_twice_prevents_startup(
    environ: dict[str, str], service: ModuleType, tmp_path: Path, other: str, lines: int, in_dotenv: bool
) -> None:
    """Otherwise the order of the variables would decide whether a rotated secret is in use."""
    file = tmp_path / "token"
    file.write_text("\n".join([HEX, HEX[::-1]][:lines]))
    del environ["APP_METRICS_TOKEN"]
    variables = {other: f"{HEX}0", "APP_METRICS_TOKEN_FILE": str(file)}
    for both in (variables, dict(reversed(variables.items()))):
        if in_dotenv:
            text = "".join(f"{name}={value}\n" for name, value in both.items())
            (Path(environ["APP_SETTINGS"]).parent / ".env").write_text(text)
        with pytest.raises(service.core.settings.ConfigurationError, match="set the same setting") as error:
            create_app(environ if in_dotenv else environ | both)
        assert all(re.search(rf"{name}\b", error.value.message) for name in both)


def test_a_secret_in_settings_toml_is_rejected(environ: dict[str, str], service: ModuleType) -> None:
    path = Path(environ["APP_SETTINGS"])
    path.write_text(f'secret_key = "{environ["APP_SECRET_KEY"]}"\n' + path.read_text())
    with pytest.raises(service.core.settings.ConfigurationError) as error:
        create_app(environ)
    assert "has the secret secret_key. Move it to APP_SECRET_KEY." in error.value.message
