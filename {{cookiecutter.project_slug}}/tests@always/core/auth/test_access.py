"""Who is let in, what they are told who are not, and what stays hidden from everyone else."""

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
def test_every_endpoint_has_a_mark(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(registered(app, "Endpoints"))


@pytest.mark.control("Z4")
def test_an_endpoint_without_a_mark_stops_the_start(make_app: MakeApp, service: ModuleType) -> None:
    app = make_app()
    app.add_url_rule("/forgotten", view_func=lambda: "", endpoint="forgotten")
    with pytest.raises(service.core.settings.ConfigurationError, match=r"forgotten .* has no access rule"):
        service.core.pipeline.check(app)


@pytest.mark.control("Z4")
def test_an_endpoint_that_requires_an_unknown_scope_stops_the_start(make_app: MakeApp, service: ModuleType) -> None:
    app = make_app()
    view = service.core.declare.requires("probes:raed")(lambda: "")
    app.add_url_rule("/misspelt", view_func=view, endpoint="misspelt")
    with pytest.raises(service.core.settings.ConfigurationError, match="probes:raed"):
        service.core.pipeline.check(app)


def test_every_scope_is_required_somewhere(app: Flask) -> None:
    used = {endpoint.access_rule.scope for endpoint in registered(app, "Endpoints").values()}
    assert used - {None} == set(registered(app, "Scopes"))


@pytest.mark.control("Z4")
def test_only_what_anyone_may_see_is_public(app: Flask) -> None:
    endpoints = registered(app, "Endpoints").items()
    public = {name for name, endpoint in endpoints if endpoint.access_rule.kind == "public"}
    assert not {name for name in public if name.startswith(("probes.", "callers.", "keys."))}


@pytest.mark.control("Z4", "A5")
def test_a_missing_scope_is_403_and_named(caller: MakeCaller) -> None:
    refused = caller("probes:read").post(PROBES, json={"name": "x"})
    assert refused.status_code == 403
    challenge = refused.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="probes:write"' in challenge
    assert refused.json["scope"] == "probes:write"


@pytest.mark.control("Z1")
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_anothers_item_is_like_one_that_does_not_exist(caller: MakeCaller, method: str) -> None:
    mine, other = caller(), caller()
    address = mine.post(PROBES, json={"name": "secret lamp"}).headers["Location"]
    missing = PROBES + "/01a208d1-e5b2-71d4-9967-520c73d7d694"
    body = {"json": {"name": "taken"}} if method == "PATCH" else {}

    def told(path: str) -> dict[str, object]:
        answer = other.open(path, method=method, **body)
        assert answer.status_code == 404
        return {name: value for name, value in answer.json.items() if name not in ("instance", "request_id")}

    assert told(address) == told(missing)
    assert other.get(PROBES).json["probes"] == []
    assert other.get(PROBES, query_string={"q": "lamp"}).json["probes"] == []
    assert mine.get(address).json["name"] == "secret lamp"


@pytest.mark.control("Z3")
def test_answers_carry_documented_fields_only(caller: MakeCaller) -> None:
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
    # RFC 9562, section 5.7: the time stands first, 74 random bits follow.
    assert first[14] == second[14] == "7"
    assert first[15:18] + first[19:] != second[15:18] + second[19:]


@pytest.mark.control("A7")
@pytest.mark.parametrize(
    "name",
    ["X-User-Id", "X-Forwarded-User", "X-Remote-User", "X-Original-URL", "X-Rewrite-URL", "X-Scopes", "Remote-User"],
)
def test_a_forwarded_identity_is_not_believed(caller: MakeCaller, client: FlaskClient, name: str) -> None:
    forged = {name: "/api/v1/admin/stats" if "URL" in name else "admin"}
    assert client.get("/api/v1/me", headers=forged).status_code == 401
    me = caller("probes:read", owner="nobody-special")
    assert me.get("/api/v1/me", headers=forged).json["id"] == me.get("/api/v1/me").json["id"]


def test_an_administrator_sees_the_figures_and_nobody_else(caller: MakeCaller) -> None:
    assert caller().get("/api/v1/admin/stats").status_code == 403
    figures = caller("admin").get("/api/v1/admin/stats").json
    assert all(isinstance(figure, int) and figure >= 0 for figure in figures.values())
    assert figures["rejected_requests"] >= 1


def test_me_tells_who_is_calling(caller: MakeCaller) -> None:
    told = caller("probes:read", owner="ada-lovelace").get("/api/v1/me").json
    assert told["scopes"] == ["probes:read"]
    assert told["id"] == caller(owner="ada-lovelace").get("/api/v1/me").json["id"]
    assert told["id"] != caller().get("/api/v1/me").json["id"]
