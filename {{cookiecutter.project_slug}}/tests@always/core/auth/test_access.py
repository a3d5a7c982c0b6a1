"""Authorization: access rules, scopes, ownership, and what responses reveal."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.registry import registered

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
PROBES = "/api/v1/probes"


@pytest.mark.control("Z4")
def test_every_endpoint_has_an_access_rule(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(registered(app, "Endpoints"))


@pytest.mark.control("Z4")
def test_an_endpoint_without_an_access_rule_prevents_startup(make_app: MakeApp, service: ModuleType) -> None:
    app = make_app()
    app.add_url_rule("/forgotten", view_func=lambda: "", endpoint="forgotten")
    with pytest.raises(service.core.settings.ConfigurationError, match=r"forgotten .* has no access rule"):
        service.core.pipeline.check(app)


@pytest.mark.control("Z4")
def test_an_unknown_scope_prevents_startup(make_app: MakeApp, service: ModuleType) -> None:
    app = make_app()
    view = service.core.declare.requires("probes:raed")(lambda: "")
    app.add_url_rule("/misspelt", view_func=view, endpoint="misspelt")
    with pytest.raises(service.core.settings.ConfigurationError, match="probes:raed"):
        service.core.pipeline.check(app)


def test_every_scope_is_required_by_an_endpoint(app: Flask) -> None:
    used = {endpoint.access_rule.scope for endpoint in registered(app, "Endpoints").values()}
    assert used - {None} == set(registered(app, "Scopes"))


@pytest.mark.control("Z4")
def test_no_endpoint_with_data_of_callers_is_public(app: Flask) -> None:
    endpoints = registered(app, "Endpoints").values()
    public = {endpoint.route for endpoint in endpoints if endpoint.access_rule.kind == "public"}
    assert not {route for route in public if route.startswith("/api/")}


@pytest.mark.control("Z4", "A5")
def test_a_missing_scope_is_a_403_that_names_the_scope(caller: MakeCaller) -> None:
    rejected = caller("probes:read").post(PROBES, json={"name": "x"})
    assert rejected.status_code == 403
    challenge = rejected.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="probes:write"' in challenge
    assert rejected.json["scope"] == "probes:write"


@pytest.mark.control("Z1")
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_object_of_another_owner_is_like_a_missing_one(caller: MakeCaller, method: str) -> None:
    owner, other = caller(), caller()
    path_of_probe = owner.post(PROBES, json={"name": "secret lamp"}).headers["Location"]
    missing = PROBES + "/01a208d1-e5b2-71d4-9967-520c73d7d694"
    body = {"json": {"name": "taken"}} if method == "PATCH" else {}

    def problem(path: str) -> dict[str, object]:
        response = other.open(path, method=method, **body)
        assert response.status_code == 404
        return {name: value for name, value in response.json.items() if name not in ("instance", "request_id")}

    assert problem(path_of_probe) == problem(missing)
    assert other.get(PROBES).json["probes"] == []
    assert other.get(PROBES, query_string={"q": "lamp"}).json["probes"] == []
    assert owner.get(path_of_probe).json["name"] == "secret lamp"


@pytest.mark.control("Z3")
def test_responses_contain_only_documented_fields(caller: MakeCaller) -> None:
    me = caller("probes:read probes:write admin", owner="ada-admin")
    probe = me.post(PROBES, json={"name": "x"}).json
    assert set(probe) == {"id", "name", "description", "price", "created_at", "updated_at"}
    assert set(me.get(PROBES).json) == {"probes", "next"}
    assert set(me.get("/api/v1/me").json) == {"id", "scopes", "credential", "expires_at"}
    assert set(me.get("/api/v1/admin/stats").json) == {"callers", "probes", "rejected_requests"}


@pytest.mark.control("Z5")
def test_ids_cannot_be_guessed_from_one_another(caller: MakeCaller) -> None:
    me = caller()
    first, second = (me.post(PROBES, json={"name": "x"}).json["id"] for _ in range(2))
    assert first != second
    # RFC 9562, section 5.7: a timestamp, then 74 random bits.
    assert first[14] == second[14] == "7"
    assert first[15:18] + first[19:] != second[15:18] + second[19:]


@pytest.mark.control("A7")
@pytest.mark.parametrize(
    "name",
    ["X-User-Id", "X-Forwarded-User", "X-Remote-User", "X-Original-URL", "X-Rewrite-URL", "X-Scopes", "Remote-User"],
)
def test_forwarded_identity_headers_are_ignored(caller: MakeCaller, client: FlaskClient, name: str) -> None:
    forged = {name: "/api/v1/admin/stats" if "URL" in name else "admin"}
    assert client.get("/api/v1/me", headers=forged).status_code == 401
    me = caller("probes:read", owner="plain-user")
    assert me.get("/api/v1/me", headers=forged).json["id"] == me.get("/api/v1/me").json["id"]


def test_the_statistics_require_the_scope_admin(caller: MakeCaller) -> None:
    assert caller().get("/api/v1/admin/stats").status_code == 403
    statistics = caller("admin").get("/api/v1/admin/stats").json
    assert all(isinstance(number, int) and number >= 0 for number in statistics.values())
    assert statistics["rejected_requests"] >= 1


def test_me_returns_the_caller(caller: MakeCaller) -> None:
    me = caller("probes:read", owner="ada-lovelace").get("/api/v1/me").json
    assert me["scopes"] == ["probes:read"]
    assert me["id"] == caller(owner="ada-lovelace").get("/api/v1/me").json["id"]
    assert me["id"] != caller().get("/api/v1/me").json["id"]
