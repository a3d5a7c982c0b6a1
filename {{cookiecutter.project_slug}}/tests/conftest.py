"""What the tests share: the service with fresh secrets, its database, and callers of it."""

import gc
import shutil
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from secrets import token_urlsafe
from types import ModuleType
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import {{ cookiecutter.__package_name }} as package
from dev import certificates
from tests.core.credentials import Grant, grant, secrets
from tests.core.database_server import database_url
from tests.core.limiter_storage import limiter_uri
from tests.core.live_server import Served, serving
from tests.core.registry import registered

__all__ = ["database_url", "grant", "limiter_uri"]

ROOT = Path(__file__).parent.parent
LIMITS = tomllib.loads((ROOT / "settings.toml").read_text("utf-8"))["limits"]
ROOMY = {f"APP_LIMITS_{name.upper()}": "1000000/minute" for name, value in LIMITS.items() if "/" in value}
MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Later = Callable[[float], AbstractContextManager[None]]

# Services are made by the hundred here and left in cycles; looking for these more seldom saves a fifth of the time.
gc.set_threshold(50_000, 20, 50)


class HttpsClient(FlaskClient):
    """A client that speaks to https://localhost and sends the headers it was made with."""

    headers: dict[str, str] = {}  # noqa: RUF012

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", "https://localhost")
        kwargs["headers"] = {**self.headers, **dict(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)


@pytest.fixture
def service() -> ModuleType:
    """The package of the service."""
    return package


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a development CA and a certificate for localhost."""
    folder = tmp_path_factory.mktemp("certs")
    certificates.create(folder)
    return folder


def variables(folder: Path, certificate: Path, database_url: str, limiter_uri: str) -> dict[str, str]:
    """Return the variables of a service in production, beside a copy of ``settings.toml`` in the folder."""
    shutil.copy(ROOT / "settings.toml", folder)
    return {
        "APP_SETTINGS": str(folder / "settings.toml"),
        "APP_ENVIRONMENT": "production",
        "APP_SECRET_KEY": token_urlsafe(32),
        "APP_METRICS_TOKEN": token_urlsafe(32),
        "APP_DATABASE_URL": database_url,
        "APP_LIMITER_URI": limiter_uri,
        "APP_SERVER_CERTIFICATE": str(certificate / "server.pem"),
        "APP_SERVER_CERTIFICATE_KEY": str(certificate / "server-key.pem"),
        **secrets(),
    }


@pytest.fixture
def later() -> Later:
    """Let two clocks stand some seconds ahead, that of the day and the one that nobody sets: ``with later(5): ...``."""

    @contextmanager
    def ahead(seconds: float) -> Iterator[None]:
        monotonic = time.monotonic
        with pytest.MonkeyPatch.context() as patched, time_machine.travel(time.time() + seconds):
            patched.setattr(time, "monotonic", lambda: monotonic() + seconds)
            yield

    return ahead


@pytest.fixture
def environ(tmp_path: Path, certificate: Path, database_url: str, limiter_uri: str) -> dict[str, str]:
    """The variables of a service in production."""
    return variables(tmp_path, certificate, database_url, limiter_uri)


@pytest.fixture(scope="session")
def _migrated(database_url: str) -> set[str]:
    """The databases that have their tables."""
    return set()


def migrate(app: Flask, migrated: set[str]) -> None:
    """Bring the database of ``app`` up to date, once in a session."""
    url = str(registered(app, "Database").engine.url)
    if url not in migrated:
        with app.app_context():
            app.extensions["alembic"].upgrade()
        migrated.add(url)


@pytest.fixture
def without_tables(app: Flask) -> Iterator[None]:
    """Take the tables out of the database for a while, with all that is in them."""
    alembic = app.extensions["alembic"]
    with app.app_context():
        alembic.downgrade("base")
    yield
    with app.app_context():
        alembic.upgrade()


@pytest.fixture
def make_app(environ: dict[str, str], _migrated: set[str]) -> Iterator[MakeApp]:
    """Make a service of one's own; a keyword such as ``limits_caller="3/minute"`` is a setting."""
    made: list[Flask] = []

    def make(**settings: str) -> Flask:
        given = {f"APP_{name.upper()}": value for name, value in settings.items()}
        app = package.create_app({**environ, **given})
        app.test_client_class = HttpsClient
        made.append(app)
        migrate(app, _migrated)
        return app

    yield make
    for app in made:
        registered(app, "Database").close()


@pytest.fixture(scope="session")
def served(
    tmp_path_factory: pytest.TempPathFactory,
    certificate: Path,
    database_url: str,
    limiter_uri: str,
    _migrated: set[str],
) -> Iterator[Served]:
    """The service in a process of its own, with roomy budgets, for what only a real connection shows."""
    folder = tmp_path_factory.mktemp("served")
    environ = variables(folder, certificate, database_url, limiter_uri) | ROOMY
    app = package.create_app(environ)
    migrate(app, _migrated)
    registered(app, "Database").close()
    with serving(environ, folder, certificate / "ca.pem") as running:
        yield running


@pytest.fixture(scope="session")
def app(
    tmp_path_factory: pytest.TempPathFactory,
    certificate: Path,
    database_url: str,
    limiter_uri: str,
    _migrated: set[str],
) -> Iterator[Flask]:
    """The service that most tests call, with budgets that they do not use up; what they set there stays."""
    environ = variables(tmp_path_factory.mktemp("app"), certificate, database_url, limiter_uri)
    app = package.create_app({**environ, **ROOMY})
    app.test_client_class = HttpsClient
    migrate(app, _migrated)
    yield app
    registered(app, "Database").close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without a credential."""
    return app.test_client()


@pytest.fixture
def caller(app: Flask, grant: Grant) -> MakeCaller:
    """Make a client with a credential: ``caller("items:read", owner="ada")``; each call is another owner by default."""

    def make(scopes: str = "items:read items:write", owner: str | None = None, app: Flask = app) -> FlaskClient:
        client = app.test_client()
        assert isinstance(client, HttpsClient)
        client.headers = grant(app, owner or f"caller-{token_urlsafe(6)}", scopes)
        return client

    return make
