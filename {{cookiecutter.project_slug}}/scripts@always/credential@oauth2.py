"""What ``make run`` gives a developer: a person and clients that are made once and used while they work.

The service itself keeps only hashes. Here the secrets stand in ``var/development.json``, which only its owner can read
and git ignores, so that the next start can print them again.
"""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import address
import private

FILE = Path("var", "development.json")
PERSON = "developer"
SCOPES = "items:read items:write"
CLIENTS = {"web": "Development client", "page": "Documentation page", "service": "Development service"}
CALLBACK = "http://127.0.0.1:8000/callback"
# Cuts the token out of the answer, on a machine that has no more than sed.
CUT = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""


def header(flask: Callable[..., str], _accepts: Callable[[str], bool]) -> str:
    """Give the request header that authenticates the service client; a shell gets the token in passing.

    ``flask`` runs one of the service's commands and gives what it prints.
    """
    made = _kept()
    if not made or not _works(made, flask):
        made = _make(flask)
        FILE.parent.mkdir(exist_ok=True)
        private.write(FILE, json.dumps(made, indent=2))
    print(
        f"\nA person signs in at {address.origin()}/oauth2/login: {PERSON}, password {made['password']}\n"
        f"A web client asks people and gets them back at {CALLBACK}: {_proof(made['web'])}\n"
        f"A service client calls for itself: {_proof(made['service'])}\n"
        f"Calls are tried in a browser at {address.origin()}/docs"
    )
    ask = f"-s -u {_proof(made['service'])} -d grant_type=client_credentials {address.origin()}/oauth2/token"
    return f"Authorization: Bearer $({address.curl()} {ask} | {CUT})"


def _make(flask: Callable[..., str]) -> dict[str, Any]:
    """Make the person and the clients anew; what an earlier start made of the same name goes."""
    for one in _clients(flask):
        if one["name"] in CLIENTS.values():
            flask("clients", "delete", one["id"], "--yes")
    password = secrets.token_urlsafe(12)
    if any(one["name"] == PERSON for one in json.loads(flask("users", "list", "--json"))):
        flask("users", "set-password", PERSON, "--password-stdin", typed=f"{password}\n")
    else:
        options = ("--email", "developer@localhost", "--password-stdin")
        flask("users", "create", PERSON, *options, typed=f"{password}\n")
    asks = ("--grants", "authorization_code refresh_token", "--redirect-uri")
    grants: dict[str, tuple[str, ...]] = {
        "web": (*asks, CALLBACK),
        "page": (*asks, _page(), "--public"),
        "service": ("--grants", "client_credentials"),
    }
    create = ("clients", "create", "--scopes", SCOPES, "--json", "--name")
    made = {kind: json.loads(flask(*create, CLIENTS[kind], *grants[kind])) for kind in CLIENTS}
    return {"password": password, **made}


def _page() -> str:
    """Give where the page /docs has people back: it is the client that this address is registered for."""
    return f"{address.origin()}/docs/oauth2-redirect.html"


def _clients(flask: Callable[..., str]) -> list[dict[str, Any]]:
    """Give the clients that the database knows."""
    known: list[dict[str, Any]] = json.loads(flask("clients", "list", "--json"))
    return known


def _kept() -> dict[str, Any]:
    """Give what an earlier start left."""
    try:
        made: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return made


def _works(made: dict[str, Any], flask: Callable[..., str]) -> bool:
    """Tell whether the database, which may be a new one, knows the clients and the person at this address."""
    clients = {one["id"]: one for one in _clients(flask)}
    people = {one["name"] for one in json.loads(flask("users", "list", "--json"))}
    if PERSON not in people or not all(kind in made and made[kind]["id"] in clients for kind in CLIENTS):
        return False
    return _page() in clients[made["page"]["id"]]["redirect_uris"]


def _proof(client: dict[str, str]) -> str:
    """Give the id and secret as curl takes them."""
    return f"{client['id']}:{client['secret']}"
