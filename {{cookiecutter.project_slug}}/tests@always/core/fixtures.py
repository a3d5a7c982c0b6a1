"""The shared fixtures: an application with fresh secrets, its database, a running server, and callers.

They use the fixture ``create_app``: the tests of the service get the application of the package, those in
``tests/core`` the application with the probe resource (``tests/core/conftest.py``).
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from secrets import token_urlsafe
from types import ModuleType

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from dev import certificates
from tests.core.credentials import Grant, grant
from tests.core.database_server import database_url
from tests.core.https_client import HttpsClient
from tests.core.limiter_storage import limiter_uri
from tests.core.live_server import Served, serving
from tests.core.package import core, package
from tests.core.registry import downgrade_all, migrator, registered
from tests.core.session import CreateApp, Shared
from tests.core.variables import GENEROUS, production

__all__ = ["database_url", "grant", "limiter_uri"]

CreateGenerous = Callable[[], tuple[Flask, dict[str, str]]]
MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Later = Callable[[float], AbstractContextManager[None]]

# The tests create hundreds of applications, which are full of reference cycles. Fewer collections save a fifth of the
# time.
gc.set_threshold(50_000, 20, 50)


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
    return production(tmp_path, certificate, database_url, limiter_uri)


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
def create_generous(
    tmp_path_factory: pytest.TempPathFactory,
    certificate: Path,
    database_url: str,
    limiter_uri: str,
    create_app: CreateApp,
    prepare_database: Callable[[Flask], None],
    _shared: Shared,
) -> CreateGenerous:
    """Create the application with generous rate limits and a migrated database; return its variables too."""

    def create() -> tuple[Flask, dict[str, str]]:
        folder = tmp_path_factory.mktemp("generous")
        environ = production(folder, certificate, database_url, limiter_uri) | GENEROUS
        app = create_app(environ)
        app.test_client_class = HttpsClient
        _shared.migrate(app, prepare_database)
        return app, environ

    return create


@pytest.fixture(scope="module")
def served(create_generous: CreateGenerous, certificate: Path, create_app: CreateApp, _shared: Shared) -> Served:
    """The service in its own process, with generous rate limits, for tests that need a real connection."""
    if create_app not in _shared.servers:
        app, environ = create_generous()
        registered(app, "Database").close()
        folder = Path(environ["APP_SETTINGS"]).parent
        running = serving(environ, folder, certificate / "ca.pem", create_app.__module__)
        _shared.servers[create_app] = _shared.stack.enter_context(running)
    return _shared.servers[create_app]


@pytest.fixture(scope="module")
def app(create_generous: CreateGenerous, create_app: CreateApp, _shared: Shared) -> Flask:
    """The application that most tests call, with generous rate limits; what they write to its database stays."""
    if create_app not in _shared.apps:
        _shared.apps[create_app], _ = create_generous()
        _shared.stack.callback(registered(_shared.apps[create_app], "Database").close)
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
