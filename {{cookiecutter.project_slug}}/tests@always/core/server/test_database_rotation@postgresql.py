"""The password of the database is replaced while the service runs, without a failed request."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.live_server import HOST, serving
from tests.core.load import Call, load, reload
from tests.core.variables import GENEROUS

ROLE = "another_login"


@pytest.fixture
def another_login(database_url: str) -> Iterator[str]:
    """The URL of the database with another login, which acts as the first one, as docs/operations.md describes."""
    password, owner = token_urlsafe(16), urlsplit(database_url).username
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{password}' IN ROLE {owner}")  # type: ignore[arg-type]
        connection.execute(f"ALTER ROLE {ROLE} SET role = {owner}")  # type: ignore[arg-type]
        url = urlsplit(database_url)
        yield url._replace(netloc=f"{ROLE}:{password}@{HOST}:{url.port}").geturl()
        connection.execute(f"DROP ROLE {ROLE}")  # type: ignore[arg-type]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_the_login_of_the_database_is_replaced_without_a_failed_request(
    environ: dict[str, str],
    certificate: Path,
    make_app: Callable[..., Flask],
    caller: Callable[..., FlaskClient],
    another_login: str,
    tmp_path: Path,
) -> None:
    headers = caller(app=make_app()).headers  # type: ignore[attr-defined]
    file, first = tmp_path / "database_url", environ.pop("APP_DATABASE_URL")
    file.write_text(first)
    environ |= GENEROUS | {
        "APP_DATABASE_URL_FILE": str(file),
        "APP_ENVIRONMENT": "development",  # in which several workers may count in memory
        "APP_SERVER_WORKERS": "2",
    }

    def logins() -> set[str]:
        with psycopg.connect(first) as connection:
            query = "SELECT usename FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> %s"
            return {str(name) for (name,) in connection.execute(query, [connection.info.backend_pid])}

    with serving(environ, tmp_path, certificate / "ca.pem") as served:
        with load(served, Call("/readyz", dict), Call("/api/v1/me", lambda: headers)):
            file.write_text(another_login)
            assert reload(served) == ["APP_DATABASE_URL"]
        assert ROLE in logins()
