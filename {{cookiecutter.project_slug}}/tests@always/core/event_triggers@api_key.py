"""Requests that trigger the security events of API keys and their owners."""

from collections.abc import Callable, Mapping

from flask.testing import FlaskClient

MakeCaller = Callable[..., FlaskClient]
Trigger = Callable[[MakeCaller], None]
KEYS = "/api/v1/keys"
NEW = {"name": "another", "scopes": ["keys:manage"]}


def new_key(caller: MakeCaller) -> None:
    caller("keys:manage").post(KEYS, json=NEW)


def revocation(caller: MakeCaller) -> None:
    me = caller("keys:manage")
    me.delete(me.post(KEYS, json=NEW).headers["Location"])


def new_network(caller: MakeCaller) -> None:
    me = caller()
    for address in ("198.51.100.7", "127.0.0.1"):
        me.get("/api/v1/me", environ_base={"REMOTE_ADDR": address})


# Settings that a trigger needs.
SETTINGS: Mapping[str, Mapping[str, str]] = {}
BY_OPERATORS: frozenset[str] = frozenset()
TRIGGERS: Mapping[str, Trigger] = {
    "authn_new_network": new_network,
    "authn_token_created": new_key,
    "authn_token_revoked": revocation,
}
