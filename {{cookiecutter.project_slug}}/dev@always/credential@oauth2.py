"""What ``make run`` gives a developer: a person and clients that are made once and used while they work.

The service itself keeps only hashes. Here the secrets stand in ``var/development.json``, which only its owner can read
and git ignores, so that the next start can print them again.
"""

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import secret_files, urls

FILE = Path("var", "development.json")
PERSON = "developer"
SCOPES = "items:read items:write"
CLIENTS = {"web": "Development client", "page": "Documentation page", "service": "Development service"}
CALLBACK = "http://127.0.0.1:8000/callback"
# Cuts the token out of the answer, on a machine that has no more than sed.
CUT = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""


def header(flask: Callable[..., str], call: Callable[..., Any]) -> str:
    """Give the request header that authenticates the service client; a shell gets the token in passing.

    ``flask`` runs one of the service's commands and gives what it prints; ``call`` asks the service, whose database may
    be a new one.
    """
    made = _kept()
    if not _works(made, flask, call):
        made = _make(flask)
        FILE.parent.mkdir(exist_ok=True)
        secret_files.write(FILE, json.dumps(made, indent=2))
    print(
        f"\nA person signs in at {urls.origin()}/oauth2/login: {PERSON}, password {made['password']}\n"
        f"A web client asks people and gets them back at {CALLBACK}: {_proof(made['web'])}\n"
        f"A service client calls for itself: {_proof(made['service'])}\n"
        f"Calls are tried in a browser at {urls.origin()}/docs"
    )
    ask = f"-s -u {_proof(made['service'])} -d grant_type=client_credentials {urls.origin()}/oauth2/token"
    return f"Authorization: Bearer $({urls.curl()} {ask} | {CUT})"


def _make(flask: Callable[..., str]) -> dict[str, Any]:
    """Make the person and the clients anew; what an earlier start made of the same name goes."""
    for one in _clients(flask):
        if one["name"] in CLIENTS.values():
            flask("clients", "delete", one["id"], "--yes")
    password = secrets.token_urlsafe(48)  # as long as the settings may ask for
    if any(one["name"] == PERSON for one in json.loads(flask("users", "list", "--json"))):
        flask("users", "set-password", PERSON, "--password-stdin", typed=f"{password}\n")
        flask("users", "unlock", PERSON)
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
    return f"{urls.origin()}/docs/oauth2-redirect.html"


def _clients(flask: Callable[..., str]) -> list[dict[str, Any]]:
    """Give the clients that the database knows."""
    known: list[dict[str, Any]] = json.loads(flask("clients", "list", "--json"))
    return known


def _kept() -> dict[str, Any]:
    """Give what an earlier start left."""
    try:
        made = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, dict) else {}


def _works(made: dict[str, Any], flask: Callable[..., str], call: Callable[..., Any]) -> bool:
    """Tell whether the service takes all of it, and the page is registered for this address."""
    try:
        uris = {one["id"]: one["redirect_uris"] for one in _clients(flask)}
        return (
            _page() in uris.get(made["page"]["id"], ())
            and all(_right(made[kind], call) for kind in ("web", "service"))
            and _signs_in(made["password"], call)
        )
    except (KeyError, TypeError):
        return False  # an earlier version of this file, or another, wrote it


def _right(client: dict[str, str], call: Callable[..., Any]) -> bool:
    """Try the secret of a client where it is asked for nothing else: it withdraws a token that there is not."""
    answer = call("/oauth2/revoke", method="POST", auth=(client["id"], client["secret"]), data={"token": "none"})
    return bool(answer.status_code != 401)


def _signs_in(password: str, call: Callable[..., Any]) -> bool:
    """Try the password, and sign out again."""
    form = {"form_token": _form_token(call("/oauth2/login").text), "name": PERSON, "password": password}
    status = call("/oauth2/login", method="POST", data=form).status_code
    if status == 303:
        form = {"form_token": _form_token(call("/oauth2/account").text)}
        call("/oauth2/logout", method="POST", data=form)
    return bool(status != 422)


def _form_token(page: str) -> str:
    """Give what shows that a form is of this page's."""
    found = re.search(r'name="form_token" value="([^"]*)"', page)
    return found[1] if found else ""


def _proof(client: dict[str, str]) -> str:
    """Give the id and secret as curl takes them."""
    return f"{client['id']}:{client['secret']}"
