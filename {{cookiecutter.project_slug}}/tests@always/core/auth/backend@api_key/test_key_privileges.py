"""A caller cannot obtain more than its key has: other scopes, a longer lifetime, or the keys of other owners."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeCaller = Callable[..., FlaskClient]
KEYS = "/api/v1/keys"
ME = "/api/v1/me"


@pytest.mark.control("Z7")
def test_a_caller_cannot_grant_a_scope_that_it_lacks(caller: MakeCaller) -> None:
    me = caller("keys:manage probes:read")
    for scopes in (["admin"], ["probes:write"], ["probes:read", "admin"]):
        assert me.post(KEYS, json={"name": "more", "scopes": scopes}).status_code == 403


@pytest.mark.control("Z7")
def test_a_key_expires_no_later_than_the_key_that_created_it(caller: MakeCaller) -> None:
    me = caller("keys:manage")
    own_expiry = datetime.fromisoformat(me.get(ME).json["expires_at"])
    created = me.post(KEYS, json={"name": "long", "scopes": ["keys:manage"], "expires_in_days": 365}).json
    assert datetime.fromisoformat(created["expires_at"]) <= own_expiry
    admin = caller("keys:manage admin")
    created = admin.post(KEYS, json={"name": "long", "scopes": ["probes:read"], "expires_in_days": 365}).json
    assert datetime.fromisoformat(created["expires_at"]) > own_expiry


@pytest.mark.control("Z7")
def test_a_caller_cannot_rotate_a_key_with_scopes_that_it_lacks(caller: MakeCaller) -> None:
    strong = caller("keys:manage probes:write admin", owner="both")
    weak = caller("keys:manage", owner="both")
    strong_id = strong.headers["X-API-Key"].split("_")[2]  # type: ignore[attr-defined]
    assert weak.post(f"{KEYS}/{strong_id}/rotate").status_code == 403


@pytest.mark.control("Z1", "Z7")
@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("DELETE", ""), ("POST", "/rotate")])
def test_the_key_of_another_owner_is_404(caller: MakeCaller, method: str, tail: str) -> None:
    other, me, admin = caller("keys:manage"), caller("keys:manage"), caller("keys:manage admin")
    path = f"{KEYS}/{other.headers['X-API-Key'].split('_')[2]}"  # type: ignore[attr-defined]
    assert me.open(path + tail, method=method).status_code == 404
    assert other.get(ME).status_code == 200
    assert admin.get(path).status_code == 200


class LateBody(io.BytesIO):
    """A body that arrives after an event."""

    def __init__(self, content: bytes, event: Callable[[], object]) -> None:
        super().__init__(content)
        self._event = event

    def read(self, size: int | None = -1) -> bytes:
        """Wait for the event."""
        self._event()
        return super().read(size)


@pytest.mark.control("Z6", "Z7")
def test_a_key_that_is_revoked_while_the_body_arrives_creates_no_other_one(app: Flask, caller: MakeCaller) -> None:
    leaked = caller("keys:manage", owner="leaked")
    key_id = leaked.headers["X-API-Key"].split("_")[2]  # type: ignore[attr-defined]

    def revoke() -> None:
        with ThreadPoolExecutor() as operator:
            command = {"args": ["keys", "revoke", key_id], "catch_exceptions": False}
            operator.submit(app.test_cli_runner().invoke, **command).result()

    content = b'{"name": "hidden", "scopes": ["keys:manage"]}'
    late = {"input_stream": LateBody(content, revoke), "content_type": "application/json"}
    response = leaked.post(KEYS, headers={"Content-Length": str(len(content))}, **late)
    assert response.status_code == 404
    admin = caller("keys:manage admin")
    assert "hidden" not in [key["name"] for key in admin.get(KEYS).json["keys"]]
