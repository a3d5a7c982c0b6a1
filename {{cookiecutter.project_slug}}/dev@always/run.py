"""Serve over HTTPS on this machine, from whatever state it is in: what ``make run`` does.

Makes secrets and certificates where they are missing, brings the database up to date, gets a
credential and prints two calls that use it, then hands over to ``flask serve``.
"""

import os
import subprocess
import sys
from contextlib import redirect_stdout
from functools import cache
from importlib import import_module
from io import StringIO
from typing import Any

from click import ClickException
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from . import certificates, credential, environment, urls
from .urls import ROOT

FLASK = [sys.executable, "-m", "flask"]


def main() -> None:
    """Prepare, tell, serve."""
    os.chdir(ROOT)
    if environment.create(ROOT):
        print("Created .env with new secrets.")
    try:
        if tool := certificates.create(ROOT / "certs"):
            print(f"Created the certificates in certs/ with {tool}.")
    except certificates.CertificateError as error:
        sys.exit(f"Cannot create certificates: {error}. Install openssl, or run `uv sync`.")
    flask("db", "upgrade")
    print(calls(credential.header(flask, call)), flush=True)
    serve()


def flask(*arguments: str, typed: str | None = None) -> str:
    """Run a command of the service in this process and give what it prints; end here when it fails."""
    app = service()
    with app.app_context():  # which the `flask` command gives to every command
        done = app.test_cli_runner().invoke(args=arguments, input=typed)
    if done.exit_code:
        sys.exit(f"{done.output}Not started: flask {' '.join(arguments[:2])} failed{_why(done.exception)}.")
    return done.stdout


def _why(error: BaseException | None) -> str:
    """Give the reason in words; a command that ends by itself has told it."""
    if isinstance(error, SystemExit):
        return ""
    told = str(getattr(error, "orig", error)).strip() or type(error).__name__  # what the database's driver says
    return f": {told.splitlines()[0].rstrip('.')}"


def call(path: str, **options: Any) -> TestResponse:
    """Call the service in this process, as one browser does: what it is told to keep, it sends again."""
    app = service()
    core = import_module(app.import_name).core
    host = core.settings.get_settings(app, core.settings.Settings).server_allowed_hosts[0]
    client: FlaskClient = app.extensions.setdefault("developer", app.test_client())
    with redirect_stdout(StringIO()):  # these calls are none to stand in the journal
        return client.open(path, base_url=f"https://{host}", **options)


@cache
def service() -> Flask:
    """Make the service, as soon as there is what its settings ask for."""
    sys.path.insert(0, str(ROOT))
    from wsgi import create_app

    try:
        return create_app()
    except ClickException as refused:
        sys.exit(f"Not started: {refused.message}")


def calls(header: str) -> str:
    """Give two lines to paste into another terminal: one creates an item, one reads it back.

    Double quotes hold in sh and in cmd alike.
    """
    call = f'{urls.curl()} -H "{header}"'
    items = f"{urls.origin()}/api/v1/items"
    body = r'-H "Content-Type: application/json" -d "{\"name\": \"First item\"}"'
    return f"\nIn another terminal:\n\n{call} {body} {items}\n{call} {items}\n"


def serve() -> None:
    """Become the server, so that signals reach it and not a parent that waits."""
    command = [*FLASK, "serve"]
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606  (our own interpreter)
    # Windows has no exec that keeps the console; Ctrl-C reaches both processes there.
    server = subprocess.Popen(command)
    try:
        status = server.wait()
    except KeyboardInterrupt:
        status = server.wait()
    sys.exit(status)


if __name__ == "__main__":
    main()
