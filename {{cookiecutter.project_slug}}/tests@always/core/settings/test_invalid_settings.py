"""An invalid setting prevents startup; the message names the setting, its source and the rule."""

import os
import re
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

from tests.core.live_server import free_port

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
