"""The development credential: a user and clients that are created once and used while they are valid.

The service stores only hashes. ``var/development.json``, with mode 0600 and ignored by git, keeps the secrets
themselves for the next start.
"""

import json
import re
import secrets
from pathlib import Path
from typing import Any

from . import secret_files, service
from .calls import curl, quoted

FILE = Path("var", "development.json")
USER = "developer"
CLIENTS = {"web": "Development client", "page": "Documentation page", "service": "Development service"}
CALLBACK = "http://127.0.0.1:8000/callback"
# Extracts the token from the response with sed, which every Unix has.
EXTRACT = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""


def credential() -> tuple[str, list[str]]:
    """Return a request header and lines to print. The header has a command that gets a token of the service client.

    Clients that are invalid or have other scopes are replaced: the database or the scopes may have changed.
    """
    saved = _saved()
    if not _valid(saved):
        saved = _create()
        FILE.parent.mkdir(exist_ok=True)
        secret_files.write(FILE, json.dumps(saved, indent=2))
    web, service_client = (_basic(saved[kind]) for kind in ("web", "service"))
    url = service.origin()
    token = f"{curl()} -s -u {quoted(service_client)} -d grant_type=client_credentials {url}/oauth2/token"
    return f'"Authorization: Bearer $({token} | {EXTRACT})"', [
        f"User {USER} with the password {saved['password']}: sign in at {url}/oauth2/login",
        f"Client for users (authorization code), redirect URI {CALLBACK}: {web}",
        f"Client without a user (client credentials): {service_client}",
    ]


def _create() -> dict[str, Any]:
    """Create the user and the clients; clients of the same names from an earlier start are deleted."""
    for client in _clients():
        if client["name"] in CLIENTS.values():
            service.flask("clients", "delete", client["id"], "--yes")
    scopes = service.scopes_option()
    password = secrets.token_urlsafe(48)  # as long as the longest minimum that the settings allow
    if _user() and not scopes:  # `users grant` needs a scope
        service.flask("users", "delete", USER, "--yes")
    if _user():
        service.flask("users", "set-password", USER, "--password-stdin", stdin=f"{password}\n")
        service.flask("users", "unlock", USER)
        service.flask("users", "grant", USER, *scopes)
    else:
        options = ("--email", "developer@localhost", *scopes, "--password-stdin")
        service.flask("users", "create", USER, *options, stdin=f"{password}\n")
    code = ("--grants", "authorization_code refresh_token", "--redirect-uri")
    grants: dict[str, tuple[str, ...]] = {
        "web": (*code, CALLBACK),
        "page": (*code, _page_redirect_uri(), "--public"),
        "service": ("--grants", "client_credentials"),
    }
    create = ("clients", "create", *scopes, "--json", "--name")
    return {"password": password} | {
        kind: json.loads(service.flask(*create, name, *grants[kind])) for kind, name in CLIENTS.items()
    }


def _page_redirect_uri() -> str:
    """Return the redirect URI of the page ``/docs``."""
    return f"{service.origin()}/docs/oauth2-redirect.html"


def _clients() -> list[dict[str, Any]]:
    """Return the clients in the database."""
    clients: list[dict[str, Any]] = json.loads(service.flask("clients", "list", "--json"))
    return clients


def _user() -> dict[str, Any]:
    """Return the development user in the database; empty if there is none."""
    users: list[dict[str, Any]] = json.loads(service.flask("users", "list", "--json"))
    return next((user for user in users if user["name"] == USER), {})


def _saved() -> dict[str, Any]:
    """Return the secrets of an earlier start, or nothing if the file is missing or invalid."""
    try:
        saved = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return saved if isinstance(saved, dict) else {}


def _valid(saved: dict[str, Any]) -> bool:
    """Return whether the service accepts all of the secrets, and user and clients have the current scopes."""
    try:
        clients = {client["id"]: client for client in _clients()}
        own = [_user(), *(clients[saved[kind]["id"]] for kind in CLIENTS)]
        return (
            all(set(each["scopes"]) == set(service.scopes()) for each in own)
            and _page_redirect_uri() in clients[saved["page"]["id"]]["redirect_uris"]
            and all(_accepted(saved[kind]) for kind in ("web", "service"))
            and _signs_in(saved["password"])
        )
    except (KeyError, TypeError):
        return False  # the file is from another version or another program


def _accepted(client: dict[str, str]) -> bool:
    """Return whether a client's secret is valid, by revoking a token that does not exist."""
    credentials = (client["id"], client["secret"])
    response = service.request("/oauth2/revoke", method="POST", auth=credentials, data={"token": "none"})
    return bool(response.status_code != 401)


def _signs_in(password: str) -> bool:
    """Return whether the password is valid, by signing in and out again."""
    form = {"csrf_token": _csrf_token(service.request("/oauth2/login").text), "name": USER, "password": password}
    status = service.request("/oauth2/login", method="POST", data=form).status_code
    if status == 303:
        form = {"csrf_token": _csrf_token(service.request("/oauth2/account").text)}
        service.request("/oauth2/logout", method="POST", data=form)
    return bool(status != 422)


def _csrf_token(page: str) -> str:
    """Return the CSRF token of a form."""
    found = re.search(r'name="csrf_token" value="([^"]*)"', page)
    return found[1] if found else ""


def _basic(client: dict[str, str]) -> str:
    """Return the id and the secret as ``curl -u`` accepts them."""
    return f"{client['id']}:{client['secret']}"
