"""The first use of a key from a new network is a security event."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

MakeCaller = Callable[..., FlaskClient]


@pytest.fixture
def new_networks(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """Return the events since the last call."""

    def read() -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]
        return [line for line in lines if line["event"] == "authn_new_network"]

    return read


def use(me: FlaskClient, *addresses: str) -> None:
    """Send a request from each address."""
    for address in addresses:
        assert me.get("/api/v1/me", environ_base={"REMOTE_ADDR": address}).status_code == 200


def test_the_first_network_of_a_key_is_not_an_event(caller: MakeCaller, new_networks: Callable[..., Any]) -> None:
    use(caller(), "198.51.100.7", "198.51.100.8", "198.51.100.250")
    assert new_networks() == []


def test_a_proxy_may_report_a_name_for_an_address(caller: MakeCaller, new_networks: Callable[..., Any]) -> None:
    use(caller(), "unknown host", "unknown host", "198.51.100.7")
    assert [event["network"] for event in new_networks()] == ["198.51.100.0/24"]


def test_another_network_is_one_event_with_owner_and_key(caller: MakeCaller, new_networks: Callable[..., Any]) -> None:
    me = caller(owner="ada")
    use(me, "198.51.100.7", "203.0.113.1", "203.0.113.2", "198.51.100.7", "203.0.113.1")
    (event,) = new_networks()
    assert event["caller"] == "ada"
    assert event["credential"] in me.headers["X-API-Key"]  # type: ignore[attr-defined]
    assert event["network"] == "203.0.113.0/24"
    assert event["address"] == "203.0.113.1"


def test_networks_are_known_after_a_restart(
    make_app: Callable[..., Any], caller: MakeCaller, new_networks: Callable[..., Any]
) -> None:
    me = caller()
    use(me, "198.51.100.7", "203.0.113.1")
    new_networks()
    restarted = make_app().test_client()
    for address in ("198.51.100.7", "203.0.113.1"):
        restarted.get("/api/v1/me", headers=me.headers, environ_base={"REMOTE_ADDR": address})  # type: ignore[attr-defined]
    assert new_networks() == []


def test_a_new_network_replaces_the_oldest_beyond_the_maximum(
    caller: MakeCaller, new_networks: Callable[..., Any], service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.auth.backend.networks, "MAX_NETWORKS", 3)
    me = caller()
    use(me, *(f"198.51.{number}.7" for number in range(5)))
    assert len(new_networks()) == 4
    with me.application.app_context():
        stored = service.core.auth.backend.networks.stored_networks(key_of(me))
    assert stored == ["198.51.2.0/24", "198.51.3.0/24", "198.51.4.0/24"]


def test_the_networks_and_rejections_of_ended_keys_are_deleted_after_90_days(
    app: Flask, caller: MakeCaller, service: ModuleType, later: Callable[[float], AbstractContextManager[None]]
) -> None:
    expiring, revoked = caller(), caller()
    ids = [key_of(each) for each in (expiring, revoked)]
    app.test_cli_runner().invoke(args=["keys", "revoke", ids[1]], catch_exceptions=False)
    assert revoked.get("/api/v1/me").status_code == 401
    models = service.core.auth.backend.models

    def stored(days: int) -> list[tuple[bool, set[str]]]:
        """Create a key some days later; return whether each of the other keys has networks, and its events."""
        with later(days * 24 * 60 * 60):
            caller()
        with app.app_context(), service.core.database.connect() as connection:
            networks = set(connection.scalars(select(models.KeyNetwork.key_id)))
            rows = connection.execute(select(models.KeyEvent.key_id, models.KeyEvent.event)).all()
        return [(key_id in networks, {row.event for row in rows if row.key_id == key_id}) for key_id in ids]

    history = {"created", "first_used"}
    assert stored(89) == [(True, history), (True, history | {"revoked", "denied"})]
    assert stored(91) == [(True, history), (False, history | {"revoked"})]
    assert stored(179) == [(True, history), (False, history | {"revoked"})], "it expired on day 90"
    assert stored(181) == [(False, history), (False, history | {"revoked"})]


def key_of(me: FlaskClient) -> str:
    """Return the id of the caller's key."""
    return str(me.get("/api/v1/me", environ_base={"REMOTE_ADDR": "198.51.4.7"}).json["credential"])


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_the_network_of_an_address(service: ModuleType, address: str, network: str) -> None:
    assert service.core.auth.backend.networks.network_of(address, 24, 48) == network
