"""When a limit of a view counts, for which client, and under which name."""

from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from tests.core.credentials import Grant
from tests.core.limits.calls import statuses
from tests.core.registry import registered


class Order(Schema):
    """A body with one field."""

    cups = fields.Integer(required=True)


@pytest.fixture
def order(service: ModuleType, limiter: Limiter) -> Any:
    """A view with two limits and a body."""

    @limiter.limit("2/minute")
    @limiter.limit("10/hour")
    @service.core.declare.body(Order)
    def order(body: dict[str, Any]) -> str:
        return str(body["cups"])

    return order


@pytest.mark.control("R1")
def test_an_invalid_body_counts_once(serve: Any, order: Any) -> None:
    client = serve(order)
    assert [client.post("/order", json={}).status_code for _ in range(3)] == [422, 422, 429]


def test_a_request_hits_each_limit_once_and_strictly(serve: Any, order: Any, hits: list[tuple[str, bool]]) -> None:
    client = serve(order)
    assert client.post("/order", json={"cups": 1}).status_code == 200
    assert hits == [("address", False), ("views.order:60s", True), ("views.order:3600s", True)]
    assert [client.post("/order", json={"cups": 1}).status_code for _ in range(2)] == [200, 429]


def test_the_order_of_the_decorators_does_not_matter(service: ModuleType, limiter: Limiter, serve: Any) -> None:
    blueprint = Blueprint("views", __name__)

    @limiter.limit("1/minute")
    @blueprint.get("/tea")
    @service.core.declare.public
    def tea() -> str:
        return ""

    assert statuses(serve(blueprint=blueprint), "/tea", 2) == [200, 429]


@pytest.mark.control("R3")
@pytest.mark.parametrize("name", ["", " ", "x" * 5000, "é".encode().decode("latin-1"), "caller ada"])
def test_an_unusual_key_is_limited_too(limiter: Limiter, serve: Any, name: str) -> None:
    @limiter.limit("1/minute", key_func=lambda: request.headers.get("X-Tenant", ""))
    def tenant() -> str:
        return ""

    assert statuses(serve(tenant), "/tenant", 2, headers={"X-Tenant": name}) == [200, 429]


@pytest.mark.control("R3")
@pytest.mark.parametrize("key", ["", None])
def test_an_empty_key_counts_the_caller_or_else_the_address(
    limiter: Limiter, serve: Any, grant: Grant, key: Any
) -> None:
    limit = limiter.limit("1/minute", key_func=lambda: key)

    @limit
    def tea() -> str:
        return ""

    client = serve(tea)
    assert statuses(client, "/tea", 2) == [200, 429]
    assert statuses(client, "/tea", 1, environ_overrides={"REMOTE_ADDR": "192.0.2.9"}) == [200]

    @limit
    def coffee() -> str:
        return ""

    client = serve(coffee, public=False)
    ada, bob = (grant(client.application, owner, "admin") for owner in ("ada", "bob"))
    assert [client.get("/coffee", headers=headers).status_code for headers in (ada, bob, ada)] == [200, 200, 429]


def test_without_a_key_the_caller_is_counted(limiter: Limiter, serve: Any, grant: Grant) -> None:
    @limiter.limit("1/minute")
    def tea() -> str:
        return ""

    client = serve(tea, public=False)
    ada, bob = (grant(client.application, owner, "admin") for owner in ("ada", "bob"))
    assert [client.get("/tea", headers=headers).status_code for headers in (ada, bob, ada)] == [200, 200, 429]


@pytest.mark.control("R3")
def test_get_remote_address_counts_a_network_before_authentication(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("2/minute", key_func=get_remote_address)
    def tea() -> str:
        return ""

    client = serve(tea, public=False)
    codes = [client.get("/tea", environ_overrides={"REMOTE_ADDR": f"2001:db8::{i}"}).status_code for i in range(1, 4)]
    assert codes == [401, 401, 429]


def test_a_limit_of_the_settings_has_their_name_and_rate(service: ModuleType, limiter: Limiter, serve: Any) -> None:
    name = "unknown-paths"

    @limiter.shared_limit(service.core.limits.SettingRate(name), scope=name, key_func=get_remote_address)
    def tea() -> str:
        return ""

    client = serve(tea, limits_unknown_paths="2/minute")
    responses = [client.get("/tea") for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert responses[0].headers["RateLimit-Policy"] == '"address";q=600;w=60, "unknown-paths";q=2;w=60'
    assert responses[2].json["violated-policies"] == [name]


def test_a_blueprint_responds_in_its_own_format(limiter: Limiter, serve: Any) -> None:
    blueprint = Blueprint("views", __name__)

    @blueprint.errorhandler(HTTPException)
    def handle(error: HTTPException) -> Response:
        response = Response(f"error={error.code}", error.code)
        response.headers.extend(getattr(error, "headers", []))
        return response

    @limiter.limit("1/minute")
    def token() -> str:
        return ""

    client = serve(token, blueprint=blueprint)
    client.get("/token")
    rejected = client.get("/token")
    assert rejected.text == "error=429"
    assert 0 < int(rejected.headers["Retry-After"]) <= 60


def test_an_unavailable_storage_is_503(
    service: ModuleType, limiter: Limiter, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    @limiter.exempt
    @limiter.limit("1/minute")
    def tea() -> str:
        return ""

    def fail(*_args: Any, **_options: Any) -> None:
        raise service.core.limits.StorageUnavailable

    client = serve(tea)
    monkeypatch.setattr(registered(client.application, "Counters").storage, "hit_all", fail)
    response = client.get("/tea")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")


def test_the_record_of_an_endpoint_contains_its_limits(service: ModuleType, limiter: Limiter, serve: Any) -> None:
    @limiter.limit("5/minute")
    @limiter.limit("9/hour", per_method=True)
    @limiter.limit(lambda: "1/day")
    def tea() -> str:
        return ""

    @limiter.exempt
    def free() -> str:
        return ""

    endpoints = registered(serve(tea, free).application, "Endpoints")
    assert endpoints["views.tea"].limits.names(has_caller=True) == ["address", "caller", "route"]
    assert endpoints["views.free"].limits.names(has_caller=True) == []
    fixed = [
        (scope, str(limit.limit)) for scope, limit in endpoints["views.tea"].limits.fixed("views.tea", ["GET", "POST"])
    ]
    assert sorted(fixed) == [
        ("views.tea", "5 per 1 minute"),
        ("views.tea:GET", "9 per 1 hour"),
        ("views.tea:POST", "9 per 1 hour"),
    ]


def test_flask_limiter_opens_no_storage_and_adds_no_hooks(limiter: Limiter, serve: Any) -> None:
    assert "limiter" not in serve().application.extensions
    assert not limiter.initialized


def test_flask_limiter_calls_the_method_that_is_overridden(
    limiter: Limiter, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrapper of a view calls this private method after validation, in the pinned version of Flask-Limiter."""
    called: list[str | None] = []

    def check(_self: Limiter, callable_name: str | None = None, in_middleware: bool = True) -> None:
        called.append(callable_name)

    monkeypatch.setattr(type(limiter), "_check_request_limit", check)

    @limiter.limit("1/minute")
    def tea() -> str:
        return "tea"

    assert serve(tea).get("/tea").status_code == 200
    assert [name.rpartition(".")[2] for name in called if name] == ["tea"]


def test_a_limit_with_the_name_of_a_general_one_counts_in_addition(
    service: ModuleType, limiter: Limiter, serve: Any
) -> None:
    @limiter.shared_limit(service.core.limits.SettingRate("address"), scope="address", key_func=get_remote_address)
    def tea() -> str:
        return ""

    assert statuses(serve(tea, limits_address="5/minute"), "/tea", 3) == [200, 200, 429]
