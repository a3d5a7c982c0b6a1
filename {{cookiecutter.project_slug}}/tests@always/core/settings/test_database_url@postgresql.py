"""An invalid URL of the database server prevents startup."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("postgresql://localhost:port/service", "numeric port"),
        ("postgresql://[::1/service", "numeric port"),
        ("postgresql://service:geheim@one:5432,two:5432/service", r"\?host=one:5432&host=two:5432"),
        ("postgresql://service:geheim@%2Frun%2Fpostgresql/service", r"\?host=/run/postgresql"),
        ("postgresql://service:geheim@localhost/service?schema=tenant", '"schema".* options=-csearch_path'),
        ("postgresql://service:geheim@localhost/service?ssl=true&x=geheim", '"ssl".* sslmode=verify-full'),
        ("postgresql://service:geheim@localhost/service\n", "line end"),
        ("postgresql://service:geheim@${HOST}:5432/service", "each host must be a name"),
        ("postgresql://service:geheim@two..dots/service", "each host must be a name"),
        ("postgresql://service:geheim@localhost:0/service", "its port not 0"),
        ("postgresql://service:geheim@localhost:99999/service", 'invalid port number: "99999"'),
        ("postgresql://service:geheim@/service?host=a&host=b&port=1&port=2", "mix 'multihost' formats"),
        ("postgresql://service:geheim@/service?host=a,b,c&port=1,2", "number of hosts and ports don't match"),
        ("postgresql://service:geheim@localhost/service?sslmode=bogus", 'invalid sslmode value: "bogus"'),
        ("postgresql://service:geheim@localhost/service?target_session_attrs=x", "invalid target_session_attrs"),
        ("postgresql://service:geheim@localhost/service?channel_binding=maybe", "invalid channel_binding"),
        ("postgresql://service:geheim@localhost/service?service=unknown", 'service "unknown" not found'),
        (
            "postgresql://service:geheim@localhost/service?sslrootcert=/nowhere/ca.pem",
            "sslrootcert=/nowhere/ca.pem does not exist",
        ),
        ("postgresql://service:geheim@localhost/service?connect_timeout=abc", "number of seconds"),
        ("postgresql://service:geheim@localhost/service?client_encoding=latin1", "client_encoding than utf8"),
        ('"postgresql://service:geheim@localhost/service"', 'not "postgresql://'),
    ],
)
def test_an_invalid_url_prevents_startup(make_app: MakeApp, service: ModuleType, url: str, remedy: str) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=f"APP_DATABASE_URL .*{remedy}") as error:
        make_app(database_url=url)
    assert "geheim" not in error.value.message


@pytest.mark.parametrize(
    "rest",
    [
        "/service?host=/run/postgresql",
        "/service?host=one:5432&host=two:5432&target_session_attrs=read-write",
        "[::1]:5432/service?sslmode=verify-full&sslrootcert=system&application_name=shop&connect_timeout=2",
        "localhost",
        "localhost/service?options=-csearch_path%3Dtenant",
        "[fe80::1%eth0]/service?channel_binding=require&client_encoding=UTF8&passfile=/nowhere/pgpass&connect_timeout=",
        "/service?host=one,two&port=5432,5433&load_balance_hosts=random&hostaddr=10.0.0.1,10.0.0.2",
        "db_1.internal.:5433/a%23b?sslmode=require&keepalives_idle=30",
        "",
    ],
)
def test_the_options_of_the_client_library_are_accepted(service: ModuleType, rest: str) -> None:
    field = service.core.settings.core.Settings.__dataclass_fields__["database_url"].metadata["field"]
    assert field.deserialize(f"postgresql+psycopg://service:geheim@{rest}")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://service:geh@eim@localhost/service",
        "postgresql://service:geh@eim/x@localhost:5432/service",
        "postgresql://service:geh@eim:1@localhost/service",
        "postgresql://service:geheim#1@localhost/service",
        "postgresql://service:geheim?1@localhost/service",
        "postgresql://service:geheim/1@localhost/service",
    ],
)
def test_a_password_with_reserved_characters_is_named_but_not_shown(
    make_app: MakeApp, service: ModuleType, url: str
) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_DATABASE_URL .* write %40 %2F") as error:
        make_app(database_url=url)
    assert "geh" not in error.value.message
    assert "eim" not in error.value.message


def test_a_password_with_encoded_characters_is_accepted(service: ModuleType) -> None:
    url = "postgresql://service:g%40e%2Fh%3Ae%23im%25@localhost/service?application_name=a%40b"
    assert service.core.settings.core.Settings.__dataclass_fields__["database_url"].metadata["field"].deserialize(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg2", "mysql"])
def test_another_scheme_is_named(make_app: MakeApp, service: ModuleType, scheme: str) -> None:
    with pytest.raises(service.core.settings.ConfigurationError) as error:
        make_app(database_url=f"{scheme}://service:geheim@localhost/service")
    assert f"must begin with postgresql:// or postgresql+psycopg://, not {scheme}://." in error.value.message
    assert "geheim" not in error.value.message
