"""An invalid setting prevents startup; the message names the setting, its source and the rule."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import FlaskGroup

from tests.core.live_server import free_port
from tests.core.registry import registered
from tests.core.service import create_app

MakeApp = Callable[..., Flask]
HEX = "0123456789abcdef" * 4

INVALID = {
    "a weak secret": ({"secret_key": "short"}, "APP_SECRET_KEY .*: too weak"),
    "a secret of one character": ({"secret_key": "a" * 64}, "APP_SECRET_KEY .*: too weak"),
    "a port out of range": ({"server_port": "70000"}, "APP_SERVER_PORT .* 1 to 65535"),
    "a port with an underscore": ({"server_port": "8_443"}, "APP_SERVER_PORT"),
    "a boolean that is neither true nor false": ({"server_tls": "maybe"}, "APP_SERVER_TLS .* true or false"),
    "an unknown environment": ({"environment": "prod"}, "value 'prod' of APP_ENVIRONMENT .* production, development"),
    "an unknown TLS version": ({"server_tls_minimum": "1.1"}, "APP_SERVER_TLS_MINIMUM"),
    "a rate without a number": ({"limits_caller": "often"}, "APP_LIMITS_CALLER .* 600/minute"),
    "a rate of zero requests": ({"limits_caller": "0/minute"}, "APP_LIMITS_CALLER"),
    "a period of more than a year": ({"limits_caller": "1/2 years"}, "APP_LIMITS_CALLER .* at most a year"),
    "too many requests": ({"limits_caller": "1000000001/second"}, "APP_LIMITS_CALLER .* at most 1000000000 requests"),
    "several rates": ({"limits_caller": "1/second;10/minute"}, "APP_LIMITS_CALLER"),
    "several rates with a comma": ({"limits_caller": "600/minute,1/second"}, "APP_LIMITS_CALLER"),
    "several rates with a bar": ({"limits_caller": "10/minute|1/second"}, "APP_LIMITS_CALLER"),
    "a wildcard origin": ({"cors_origins": "*"}, "APP_CORS_ORIGINS"),
    "an origin with a path": ({"cors_origins": "https://a.example/"}, "APP_CORS_ORIGINS"),
    "an origin with a user": ({"cors_origins": "https://u@a.example"}, "APP_CORS_ORIGINS"),
    "plain http for another host than localhost": (
        {"cors_origins": "http://a.example"},
        "APP_CORS_ORIGINS .* plain http",
    ),
    "an origin with a misspelt scheme": ({"cors_origins": "htps://a.example"}, "APP_CORS_ORIGINS"),
    "an origin with an invalid address": ({"cors_origins": "https://[::::]"}, "APP_CORS_ORIGINS"),
    "an origin with a long address": ({"cors_origins": "https://[2001:0db8::1]"}, "APP_CORS_ORIGINS"),
    "an origin with a hexadecimal address": ({"cors_origins": "https://0xc0.0.2.0x1"}, "APP_CORS_ORIGINS"),
    "an origin with an octal address": ({"cors_origins": "https://192.0.2.01"}, "APP_CORS_ORIGINS"),
    "an origin with brackets around IPv4": ({"cors_origins": "https://[192.0.2.1]"}, "APP_CORS_ORIGINS"),
    "an origin with an empty label": ({"cors_origins": "https://a..example"}, "APP_CORS_ORIGINS"),
    "an origin with a long label": ({"cors_origins": f"https://{'a' * 64}.example"}, "APP_CORS_ORIGINS"),
    "a host with a dash at the end of a label": ({"server_allowed_hosts": "a-.example"}, "APP_SERVER_ALLOWED_HOSTS"),
    "an origin with the default port": ({"cors_origins": "http://localhost:80"}, "APP_CORS_ORIGINS"),
    "an origin of a file": ({"cors_origins": "file://a"}, "APP_CORS_ORIGINS"),
    "an extension without its id": ({"cors_origins": "chrome-extension://a"}, "APP_CORS_ORIGINS"),
    "all apps": ({"cors_origins": "capacitor://*"}, "APP_CORS_ORIGINS"),
    "plain http for a public address": ({"cors_origins": "http://203.0.113.7"}, "APP_CORS_ORIGINS .* plain http"),
    "plain http in a private network": (
        {"cors_origins": "http://192.168.1.20:3000"},
        "http://192.168.1.20:3000 .* plain",
    ),
    "plain http for a .test name": ({"cors_origins": "http://shop.test"}, "production does not allow plain http"),
    "plain http for a .local name": ({"cors_origins": "http://nas.local"}, "production does not allow plain http"),
    "a wildcard header": ({"cors_request_headers": "*"}, "APP_CORS_REQUEST_HEADERS .* list each name"),
    "a pattern of headers": ({"cors_request_headers": "sentry-.*"}, "APP_CORS_REQUEST_HEADERS .* list each name"),
    "a host with a port": ({"server_allowed_hosts": "localhost:8443"}, "APP_SERVER_ALLOWED_HOSTS"),
    "no host": ({"server_allowed_hosts": ""}, "APP_SERVER_ALLOWED_HOSTS .* must contain a host name"),
    "a host name as the address": ({"server_address": "localhost"}, "APP_SERVER_ADDRESS .* 127.0.0.1"),
    "a host name as the address of the metrics": ({"metrics_address": "localhost"}, "APP_METRICS_ADDRESS .* 127.0.0.1"),
    "a secret that is not UTF-8": (
        {"secret_key": f"{os.fsdecode(bytes([255]))}{HEX}"},
        "APP_SECRET_KEY in the environment is not valid UTF-8",
    ),
    "a name of two lines": ({"service_name": "Tea\nTwo"}, "APP_SERVICE_NAME .*: control characters are not allowed"),
    "a blank name": ({"service_name": " "}, "APP_SERVICE_NAME .* must contain a visible character"),
    "a contact without a scheme": ({"service_security_contact": "a@b.example"}, "SECURITY_CONTACT .* mailto:"),
    "a contact of two lines": ({"service_security_contact": "mailto:a@b.example\nX: y"}, "SECURITY_CONTACT"),
    "a database of another kind": ({"database_url": "mysql://x"}, "APP_DATABASE_URL .* must begin with"),
    "a limiter of another kind": ({"limiter_uri": "etcd://x"}, "APP_LIMITER_URI .* must begin with"),
    "an unknown setting": ({"limits_calller": "1/minute"}, "Unknown setting APP_LIMITS_CALLLER in the environment"),
    "plain HTTP without a proxy": ({"server_tls": "false"}, "APP_SERVER_TRUSTED_PROXIES is 0"),
    "debug in production": ({"server_debug": "true"}, "APP_SERVER_DEBUG"),
}


@pytest.mark.parametrize(("settings", "sentence"), INVALID.values(), ids=INVALID)
def test_an_invalid_setting_prevents_startup_with_one_line(
    make_app: MakeApp, service: ModuleType, settings: dict[str, str], sentence: str
) -> None:
    with pytest.raises(service.core.settings.ConfigurationError) as error:
        make_app(**settings)
    assert re.search(sentence, error.value.message), error.value.message
    assert "\n" not in error.value.message


def test_a_metrics_folder_that_is_a_file_prevents_startup(make_app: MakeApp, environ: dict[str, str]) -> None:
    app = make_app(metrics_folder=environ["APP_SETTINGS"], server_port=str(free_port()))
    refused = app.test_cli_runner().invoke(args=["serve"])
    assert refused.exit_code == 1
    assert "Cannot write to the metrics folder" in refused.stderr


@pytest.mark.parametrize(
    ("hosts", "used"),
    [
        ("tea.example,localhost", "tea.example"),
        ("localhost,127.0.0.1,[::1],tea.example,www.tea.example", "tea.example"),
        ("localhost,127.0.0.1", "localhost"),
    ],
)
def test_without_a_contact_the_first_public_host_is_used(
    make_app: MakeApp, service: ModuleType, hosts: str, used: str
) -> None:
    app = make_app(service_security_contact="", server_allowed_hosts=hosts)
    settings = service.core.settings.get_settings(app, service.core.settings.Settings)
    assert settings.security_contact == f"mailto:security@{used}"


def test_a_missing_secret_prevents_startup(environ: dict[str, str], service: ModuleType) -> None:
    del environ["APP_SECRET_KEY"]
    with pytest.raises(
        service.core.settings.ConfigurationError,
        match=r"APP_SECRET_KEY is missing: set it to the secret .*; use at least 32 random characters",
    ):
        create_app(environ)


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


def test_an_unknown_name_is_reported_as_it_was_written(environ: dict[str, str], service: ModuleType) -> None:
    path = Path(environ["APP_SETTINGS"])
    path.write_text(path.read_text().replace("\ncaller = ", "\ncallr = "))
    environ["APP_LIMITS_ADRESS"] = "1/minute"
    with pytest.raises(service.core.settings.ConfigurationError) as error:
        service.core.settings.load(service.core.settings.Settings, *service.core.auth.backend.SETTINGS, environ=environ)
    assert "Unknown setting [limits] callr in settings.toml." in error.value.message
    assert (
        "Unknown setting APP_LIMITS_ADRESS in the environment: did you mean APP_LIMITS_ADDRESS?" in error.value.message
    )


def test_a_secret_in_settings_toml_is_rejected(environ: dict[str, str], service: ModuleType) -> None:
    path = Path(environ["APP_SETTINGS"])
    path.write_text(f'secret_key = "{environ["APP_SECRET_KEY"]}"\n' + path.read_text())
    with pytest.raises(service.core.settings.ConfigurationError) as error:
        create_app(environ)
    assert "has the secret secret_key. Move it to APP_SECRET_KEY." in error.value.message


def test_a_missing_or_invalid_settings_file_is_named(environ: dict[str, str], service: ModuleType) -> None:
    path = Path(environ["APP_SETTINGS"])
    path.write_text("[server\n")
    with pytest.raises(service.core.settings.ConfigurationError, match=r"Cannot read .*settings\.toml"):
        create_app(environ)
    path.unlink()
    with pytest.raises(service.core.settings.ConfigurationError, match=r"settings\.toml does not exist"):
        create_app(environ)


def test_flask_run_is_rejected(environ: dict[str, str], service: ModuleType) -> None:
    commands = FlaskGroup(create_app=lambda: create_app(environ), set_debug_flag=False, load_dotenv=False)
    refused = CliRunner().invoke(commands, ["run"])
    assert refused.exit_code == 1
    assert refused.stderr == "Error: `flask run` serves plain HTTP from one process. Start with `flask serve`.\n"
