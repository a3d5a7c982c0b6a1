"""The shared fixtures: an application with fresh secrets, its database, a running server, and callers.

They use the fixture ``create_app``: the tests of the service get the application of the package, those in
``tests/core`` the application with the probe resource (``tests/core/conftest.py``).
"""

import gc
import shutil
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from secrets import token_urlsafe
from types import ModuleType
from typing import Any

import pytest
import time_machine
from dotenv import dotenv_values
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dev import certificates
from tests.core.credentials import Grant, grant, secrets
from tests.core.database_server import database_url
from tests.core.limiter_storage import limiter_uri
from tests.core.live_server import Served, serving
from tests.core.package import ROOT, core, package
from tests.core.registry import migrator, registered

__all__ = ["database_url", "grant", "limiter_uri"]

LIMITS = tomllib.loads((ROOT / "settings.toml").read_text("utf-8"))["limits"]
GENEROUS = {f"APP_LIMITS_{name.upper()}": "1000000/minute" for name, value in LIMITS.items() if "/" in value}
CreateApp = Callable[..., Flask]
MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Later = Callable[[float], AbstractContextManager[None]]

# The tests create hundreds of applications, which are full of reference cycles. Fewer collections save a fifth of the
# time.
gc.set_threshold(50_000, 20, 50)


class HttpsClient(FlaskClient):
    """A client of https://localhost that sends the headers it was created with."""

    headers: dict[str, str] = {}  # noqa: RUF012

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", "https://localhost")
        kwargs.setdefault("buffered", True)  # reads the response and closes its file
        kwargs["headers"] = {**self.headers, **dict(kwargs.get("headers") or {})}
        response = super().open(*args, **kwargs)
        if kwargs["buffered"]:
            response.request.environ["wsgi.input"].close()  # a temporary file, if the body is large
        return response


class Shared:
    """What is created once in a session, for each ``create_app``."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.migrated: set[tuple[str, str]] = set()
        self.apps: dict[CreateApp, Flask] = {}
        self.servers: dict[CreateApp, Served] = {}

    def migrate(self, app: Flask, prepare: Callable[[Flask], None]) -> None:
        """Upgrade the database of ``app`` once in a session."""
        key = (str(registered(app, "Database").engine.url), app.import_name)
        if key not in self.migrated:
            migrator(app).upgrade()
            prepare(app)
            self.migrated.add(key)


def downgrade_all(migrations: Any) -> None:
    """Revert the migrations of every branch that has some."""
    for branch in migrations.branches.values():
        if branch.heads():
            migrations.downgrade(branch.name, "base")


@pytest.fixture(scope="session")
def _shared() -> Iterator[Shared]:
    """The applications and servers of the session."""
    shared = Shared()
    with shared.stack:
        yield shared


@pytest.fixture
def service() -> ModuleType:
    """The package of the service."""
    return package


@pytest.fixture(scope="module")
def create_app() -> CreateApp:
    """The function that creates the application under test."""
    create: CreateApp = package.create_app
    return create


@pytest.fixture(scope="module")
def prepare_database() -> Callable[[Flask], None]:
    """Prepare a migrated database for the application under test."""
    return lambda _app: None


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a development CA and a certificate for localhost."""
    folder = tmp_path_factory.mktemp("certs")
    certificates.create(folder)
    return folder


def variables(folder: Path, certificate: Path, database_url: str, limiter_uri: str) -> dict[str, str]:
    """Return the environment of a service in production, with a copy of ``settings.toml`` in the folder.

    Like ``make run``, it generates a secret for each empty name in ``.env.example``.
    """
    shutil.copy(ROOT / "settings.toml", folder)
    example = dotenv_values(ROOT / ".env.example", interpolate=False)
    return {
        **{name: value or token_urlsafe(32) for name, value in example.items()},
        "APP_SETTINGS": str(folder / "settings.toml"),
        "APP_ENVIRONMENT": "production",
        "APP_DATABASE_URL": database_url,
        "APP_LIMITER_URI": limiter_uri,
        "APP_SERVER_CERTIFICATE": str(certificate / "server.pem"),
        "APP_SERVER_CERTIFICATE_KEY": str(certificate / "server-key.pem"),
        **secrets(),
    }


@pytest.fixture
def later() -> Later:
    """Move the wall clock and the monotonic clock some seconds ahead: ``with later(5): ...``."""

    @contextmanager
    def ahead(seconds: float) -> Iterator[None]:
        monotonic = time.monotonic
        with pytest.MonkeyPatch.context() as patched, time_machine.travel(time.time() + seconds):
            patched.setattr(time, "monotonic", lambda: monotonic() + seconds)
            yield

    return ahead


@pytest.fixture
def environ(tmp_path: Path, certificate: Path, database_url: str, limiter_uri: str) -> dict[str, str]:
    """The environment of a service in production."""
    return variables(tmp_path, certificate, database_url, limiter_uri)


@pytest.fixture
def without_tables(app: Flask, prepare_database: Callable[[Flask], None]) -> Iterator[None]:
    """Drop all tables of the database during the test, with everything that they contain."""
    migrations = migrator(app)
    downgrade_all(migrations)
    yield
    migrations.upgrade()
    prepare_database(app)


@pytest.fixture
def make_app(
    environ: dict[str, str],
    create_app: CreateApp,
    prepare_database: Callable[[Flask], None],
    _shared: Shared,
) -> Iterator[MakeApp]:
    """Create an application for one test; a keyword such as ``limits_caller="3/minute"`` is a setting."""
    created: list[Flask] = []

    def make(**settings: str) -> Flask:
        given = {f"APP_{name.upper()}": value for name, value in settings.items()}
        app = create_app({**environ, **given})
        app.test_client_class = HttpsClient
        created.append(app)
        _shared.migrate(app, prepare_database)
        return app

    yield make
    for app in created:
        registered(app, "Database").close()


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory,
    certificate: Path,
    database_url: str,
    limiter_uri: str,
    create_app: CreateApp,
    prepare_database: Callable[[Flask], None],
    _shared: Shared,
) -> Served:
    """The service in its own process, with generous rate limits, for tests that need a real connection."""
    if create_app not in _shared.servers:
        folder = tmp_path_factory.mktemp("served")
        environ = variables(folder, certificate, database_url, limiter_uri) | GENEROUS
        app = create_app(environ)
        _shared.migrate(app, prepare_database)
        registered(app, "Database").close()
        running = serving(environ, folder, certificate / "ca.pem", create_app.__module__)
        _shared.servers[create_app] = _shared.stack.enter_context(running)
    return _shared.servers[create_app]


@pytest.fixture(scope="module")
def app(
    tmp_path_factory: pytest.TempPathFactory,
    certificate: Path,
    database_url: str,
    limiter_uri: str,
    create_app: CreateApp,
    prepare_database: Callable[[Flask], None],
    _shared: Shared,
) -> Flask:
    """The application that most tests call, with generous rate limits; what they write to its database stays."""
    if create_app not in _shared.apps:
        environ = variables(tmp_path_factory.mktemp("app"), certificate, database_url, limiter_uri)
        app = _shared.apps[create_app] = create_app({**environ, **GENEROUS})
        app.test_client_class = HttpsClient
        _shared.migrate(app, prepare_database)
        _shared.stack.callback(registered(app, "Database").close)
    return _shared.apps[create_app]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without a credential."""
    return app.test_client()


@pytest.fixture
def caller(app: Flask, grant: Grant) -> MakeCaller:
    """Create a client with a credential: ``caller("admin", owner="ada")``.

    Each call is another owner by default, with every scope of the service but those of core.
    """

    def make(scopes: str | None = None, owner: str | None = None, app: Flask = app) -> FlaskClient:
        client = app.test_client()
        assert isinstance(client, HttpsClient)
        if scopes is None:
            scopes = " ".join(scope for scope in registered(app, "Scopes") if scope not in core.auth.backend.SCOPES)
        client.headers = grant(app, owner or f"caller-{token_urlsafe(6)}", scopes)
        return client

    return make
