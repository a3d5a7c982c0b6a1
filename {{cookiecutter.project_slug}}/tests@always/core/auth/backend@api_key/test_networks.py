"""A key that is used from a network new to it is told, once."""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask.testing import FlaskClient

MakeCaller = Callable[..., FlaskClient]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """Read the new networks that were told since the last time."""

    def read() -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]
        return [line for line in lines if line["event"] == "authn_new_network"]

    return read


def use(me: FlaskClient, *addresses: str) -> None:
    for address in addresses:
        assert me.get("/api/v1/me", environ_base={"REMOTE_ADDR": address}).status_code == 200


def test_the_first_network_of_a_key_is_none_to_tell(caller: MakeCaller, told: Callable[..., Any]) -> None:
    use(caller(), "198.51.100.7", "198.51.100.8", "198.51.100.250")
    assert told() == []


def test_another_network_is_told_once_with_owner_and_key(caller: MakeCaller, told: Callable[..., Any]) -> None:
    me = caller(owner="ada")
    use(me, "198.51.100.7", "203.0.113.1", "203.0.113.2", "198.51.100.7", "203.0.113.1")
    (event,) = told()
    assert event["caller"] == "ada"
    assert event["credential"] in me.headers["X-API-Key"]  # type: ignore[attr-defined]
    assert event["network"] == "203.0.113.0/24"
    assert event["address"] == "203.0.113.1"


def test_it_is_remembered_over_a_restart(
    make_app: Callable[..., Any], caller: MakeCaller, told: Callable[..., Any]
) -> None:
    me = caller()
    use(me, "198.51.100.7", "203.0.113.1")
    told()
    again = make_app().test_client()
    for address in ("198.51.100.7", "203.0.113.1"):
        again.get("/api/v1/me", headers=me.headers, environ_base={"REMOTE_ADDR": address})  # type: ignore[attr-defined]
    assert told() == []


def test_only_so_many_networks_are_kept(
    caller: MakeCaller, told: Callable[..., Any], service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.auth.backend.networks, "MAX_NETWORKS", 3)
    me = caller()
    use(me, *(f"198.51.{number}.7" for number in range(5)))
    assert len(told()) == 4
    with me.application.app_context():
        kept = service.core.auth.backend.networks.stored_networks(key_of(me))
    assert kept == ["198.51.2.0/24", "198.51.3.0/24", "198.51.4.0/24"]


def key_of(me: FlaskClient) -> str:
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
def test_a_network_is_wide_enough_for_addresses_that_change(service: ModuleType, address: str, network: str) -> None:
    assert service.core.auth.backend.networks.network_of(address, 24, 48) == network
