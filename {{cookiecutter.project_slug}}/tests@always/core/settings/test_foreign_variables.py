"""Variables with the prefix of this service that other software sets are ignored; misspelled names are errors."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

from tests.core.live_server import free_port
from tests.core.registry import registered

MakeApp = Callable[..., Flask]

FOREIGN = {
    "ROOT": "/srv/app",
    "NAME": "tea",
    "ENV": "prod",
    "VERSION": "1.2.3",
    "HOME": "/home/app",
    "URL": "https://app.example",
    "HOST": "0.0.0.0",  # noqa: S104  (not an address to listen on)
    "DEBUG": "1",
    "USER": "app",
}
# What Kubernetes sets for Services with the names app, app-server, app-limits-v2 and app-log.
KUBERNETES = {
    "SERVICE_HOST": "10.96.0.12",
    "SERVICE_PORT": "443",
    "SERVICE_PORT_HTTPS": "443",
    "PORT": "tcp://10.96.0.12:443",
    "PORT_443_TCP": "tcp://10.96.0.12:443",
    "PORT_443_TCP_PROTO": "tcp",
    "PORT_443_TCP_PORT": "443",
    "PORT_443_TCP_ADDR": "10.96.0.12",
    "PORT_53_UDP_ADDR": "10.96.0.12",
    "SERVER_SERVICE_HOST": "10.96.0.13",
    "SERVER_SERVICE_PORT": "8443",
    "SERVER_PORT_8443_TCP": "tcp://10.96.0.13:8443",
    "LIMITS_V2_PORT": "tcp://10.96.0.14:6379",
    "LOG_SERVICE_PORT_SYSLOG_UDP": "514",
}


@pytest.mark.parametrize("name", [*FOREIGN, *KUBERNETES])
def test_a_foreign_variable_is_ignored_with_a_warning(make_app: MakeApp, name: str) -> None:
    app = make_app(**{name: {**FOREIGN, **KUBERNETES}[name]})
    assert registered(app, "ActiveSettings").warnings == [
        f"Ignored variables that are not settings of this service: APP_{name}."
    ]


def test_all_foreign_variables_cause_one_warning(make_app: MakeApp, environ: dict[str, str]) -> None:
    variables = {f"APP_{name}": value for name, value in {**FOREIGN, **KUBERNETES}.items()}
    app = make_app(**{**FOREIGN, **KUBERNETES})
    (warning,) = registered(app, "ActiveSettings").warnings
    assert all(variable in warning for variable in variables)
    result = app.test_cli_runner().invoke(args=["settings", "--json"])
    assert result.stderr.splitlines() == [f"Warning: {warning}"]
    assert "APP_ROOT" not in result.stdout
    served = make_app(ROOT="/srv", server_port=str(free_port()), server_certificate="missing.pem")
    started = served.test_cli_runner().invoke(args=["serve"])
    assert started.output.count("APP_ROOT") == 1


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("LOG_LEVL", "did you mean APP_LOG_LEVEL?"),
        ("LOGLEVEL", "did you mean APP_LOG_LEVEL?"),
        ("ENVIROMENT", "did you mean APP_ENVIRONMENT?"),
        ("DATABASE_URI", "did you mean APP_DATABASE_URL?"),
        ("SETTING", "did you mean APP_SETTINGS?"),
        ("SECRET_KEY_FIEL", "did you mean APP_SECRET_KEY_FILE?"),
        ("SERVER_PROT", "did you mean APP_SERVER_PORT?"),
        ("SERVER_COLOUR", r"\[server\] has no such setting."),
        ("CORS_ALLOWED_ORIGINS", r"\[cors\] has no such setting."),
        ("LIMITS_EVERYTHING", r"\[limits\] has no such setting."),
    ],
)
def test_a_misspelled_name_is_an_error(make_app: MakeApp, service: ModuleType, name: str, mistake: str) -> None:
    with pytest.raises(
        service.core.settings.ConfigurationError, match=f"Unknown setting APP_{name} in the environment: {mistake}"
    ):
        make_app(**{name: "x"})


def test_the_port_of_a_service_in_place_of_a_port_names_the_cause(make_app: MakeApp, service: ModuleType) -> None:
    with pytest.raises(service.core.settings.ConfigurationError) as error:
        make_app(server_port="tcp://10.96.0.12:443")
    assert "APP_SERVER_PORT in the environment is 'tcp://10.96.0.12:443', which Kubernetes sets" in error.value.message
    assert "enableServiceLinks" in error.value.message


@pytest.mark.parametrize("name", ["app_server_port", "App_Server_Port", "app_secret_key", "app_settings"])
def test_a_setting_in_lower_case_is_misspelled(
    create_app: Callable[..., Flask], environ: dict[str, str], service: ModuleType, name: str
) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=f"{name} .* did you mean {name.upper()}\\?"):
        create_app({**environ, name: "1"})
    registered(create_app({**environ, "app_name": "tea"}), "ActiveSettings")


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
