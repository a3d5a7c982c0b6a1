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
        ('"postgresql://service:geheim@localhost/service"', 'not "postgresql://'),
    ],
)
def test_an_invalid_url_prevents_startup(make_app: MakeApp, service: ModuleType, url: str, remedy: str) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=f"APP_DATABASE_URL .* {remedy}") as error:
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
