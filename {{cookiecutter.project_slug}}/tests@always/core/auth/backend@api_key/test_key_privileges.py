"""A caller cannot obtain more than its key has: other scopes, a longer lifetime, or the keys of other owners."""

from collections.abc import Callable
from datetime import datetime

import pytest
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
