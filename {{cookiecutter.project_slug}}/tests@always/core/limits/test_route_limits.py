"""When a limit of a view counts, and the response to a request that it rejects or cannot count."""

from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint, Response
from flask_limiter import Limiter
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

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
