"""The service in this process: its application, its commands, and requests to it."""

import sys
from contextlib import redirect_stdout
from functools import cache
from importlib import import_module
from io import StringIO
from ssl import SSLContext
from types import ModuleType
from typing import Any

from click import ClickException
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from . import ROOT


@cache
def application() -> Flask:
    """Create the application, or exit with the reason why it cannot start. Requires ``.env`` and the certificates."""
    sys.path.insert(0, str(ROOT))
    from wsgi import create_app

    try:
        return create_app()
    except ClickException as error:
        sys.exit(f"Not started: {error.message}")


def core() -> ModuleType:
    """Return the ``core`` package of the service."""
    package: ModuleType = import_module(application().import_name).core
    return package


def setting(name: str) -> Any:
    """Return the value of a setting of core."""
    return core().services.get(application(), core().settings.ActiveSettings).values[name]


def tls_context() -> SSLContext:
    """Return a TLS context with the certificate of the service, or exit with the reason why there is none."""
    settings = core().services.get(application(), core().settings.ActiveSettings)
    try:
        context: SSLContext = core().certificate.load(settings)
    except ClickException as error:
        sys.exit(f"Not started: {error.message}")
    return context


def scopes() -> list[str]:
    """Return the scopes of a development credential: all of them, new ones too, except ``admin``."""
    registered = core().services.get(application(), core().auth.scopes.Scopes)
    return [scope for scope in registered if scope != "admin"]


def scopes_option() -> tuple[str, ...]:
    """Return these scopes as the option of a command."""
    return ("--scopes", " ".join(scopes())) if scopes() else ()


def origin() -> str:
    """Return the URL of the service on this machine."""
    return f"https://localhost:{setting('server_port')}"


def check_port() -> None:
    """Exit with a hint if the port is in use."""
    try:
        core().server.check_port(setting("server_address"), setting("server_port"))
    except ClickException as error:
        sys.exit(f"Not started: {error.message}")


def flask(*arguments: str, stdin: str | None = None) -> str:
    """Run a command of the service in this process and return its output; exit with the reason if it fails."""
    app = application()
    with app.app_context():  # the `flask` command runs every command in one
        result = app.test_cli_runner().invoke(args=arguments, input=stdin)
    if result.exit_code:
        sys.exit(f"{result.output}`flask {' '.join(arguments[:2])}` failed{_reason(result.exception)}.")
    return result.stdout


def request(path: str, **options: Any) -> TestResponse:
    """Send a request to the application in this process. Cookies are kept, as in a browser."""
    app = application()
    client: FlaskClient = app.extensions.setdefault("development_client", app.test_client())
    with redirect_stdout(StringIO()):  # hide the log lines of these requests
        return client.open(path, base_url=f"https://{setting('server_allowed_hosts')[0]}", **options)


def _reason(error: BaseException | None) -> str:
    """Return the reason of a failure; a command that exits by itself has printed it."""
    if isinstance(error, SystemExit):
        return ""
    reason = str(getattr(error, "orig", error)).strip() or type(error).__name__  # ``orig`` is the driver's own error
    return f": {reason.splitlines()[0].rstrip('.')}"
