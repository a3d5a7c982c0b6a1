"""Limits that a view declares by ``@limiter.limit``, as in the Flask-Limiter documentation."""

import re
from typing import Any

import pytest
from flask import Response, request
from flask.testing import FlaskClient
from flask_limiter import Limiter
from flask_limiter import RateLimitExceeded as Exceeded

from tests.core.probe import limiter, serve

__all__ = ["limiter", "serve"]


def statuses(client: FlaskClient, path: str, times: int, **options: Any) -> list[int]:
    return [client.get(path, **options).status_code for _ in range(times)]


@pytest.mark.control("R1", "R2")
def test_a_limit_is_counted_and_shown_with_the_others(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("2/minute;5/hour")
    def tea() -> str:
        return "tea"

    client = serve(tea)
    answer = client.get("/tea")
    assert answer.status_code == 200
    policy = '"address";q=600;w=60, "tried.tea:60s";q=2;w=60, "tried.tea:3600s";q=5;w=3600'
    assert answer.headers["RateLimit-Policy"] == policy
    assert re.fullmatch(r'"tried\.tea:60s";r=1;t=\d+', answer.headers["RateLimit"])
    client.get("/tea")
    refused = client.get("/tea")
    assert refused.status_code == 429
    assert refused.json["violated-policies"] == ["tried.tea:60s"]
    assert refused.mimetype == "application/problem+json"
    assert int(refused.headers["Retry-After"]) >= int(refused.headers["RateLimit"].rpartition("=")[2])
    assert client.get("/healthz").status_code == 200


def test_a_shared_limit_is_one_budget_for_several_views(limiter: Limiter, serve: Any) -> None:
    shared = limiter.shared_limit("3/minute", scope="drinks")

    @shared
    def tea() -> str:
        return "tea"

    @shared
    def coffee() -> str:
        return "coffee"

    client = serve(tea, coffee)
    assert statuses(client, "/tea", 2) + statuses(client, "/coffee", 2) == [200, 200, 200, 429]


def test_methods_can_be_apart_or_alone(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("1/minute", per_method=True)
    def apart() -> str:
        return ""

    @limiter.limit("1/minute", methods=["POST"])
    def alone() -> str:
        return ""

    client = serve(apart, alone)
    assert [client.get("/apart").status_code, client.post("/apart").status_code] == [200, 200]
    assert [client.get("/apart").status_code, client.post("/apart").status_code] == [429, 429]
    assert statuses(client, "/alone", 3) == [200, 200, 200]
    assert [client.post("/alone").status_code for _ in range(2)] == [200, 429]


def test_a_limit_may_wait_for_the_answer(limiter: Limiter, serve: Any) -> None:
    """``deduct_when``: only what failed is counted."""

    @limiter.limit("2/minute", deduct_when=lambda response: response.status_code == 418)
    def pot() -> Response:
        return Response(status=418 if request.headers.get("X-Brew") == "coffee" else 200)

    client = serve(pot)
    assert statuses(client, "/pot", 4) == [200] * 4
    assert re.fullmatch(r'"tried\.pot:60s";r=2;t=\d+', client.get("/pot").headers["RateLimit"])
    answers = [client.get("/pot", headers={"X-Brew": "coffee"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [418, 418, 429]
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    assert statuses(client, "/pot", 1) == [429]


def test_some_may_be_exempt_and_some_cost_more(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("1/minute", exempt_when=lambda: request.headers.get("X-Free") == "1")
    def free() -> str:
        return ""

    @limiter.limit("5/minute", cost=lambda: int(request.headers["X-Cost"]))
    def dear() -> str:
        return ""

    client = serve(free, dear)
    assert statuses(client, "/free", 3, headers={"X-Free": "1"}) == [200] * 3
    assert statuses(client, "/free", 2) == [200, 429]
    assert [client.get("/dear", headers={"X-Cost": cost}).status_code for cost in "3321"] == [200, 429, 200, 429]


@pytest.mark.control("R3")
@pytest.mark.parametrize("name", ["", " ", "x" * 5000, "é".encode().decode("latin-1")])
def test_an_odd_key_is_limited_too(limiter: Limiter, serve: Any, name: str) -> None:
    @limiter.limit("1/minute", key_func=lambda: request.headers.get("X-Tenant", ""))
    def tenant() -> str:
        return ""

    assert statuses(serve(tenant), "/tenant", 2, headers={"X-Tenant": name}) == [200, 429]


def test_a_dynamic_scope_cannot_write_into_the_headers(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("2/minute", scope=lambda _endpoint: 'a"\r\nX-Evil: é\\')
    def scoped() -> str:
        return ""

    answer = serve(scoped).get("/scoped")
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers
    assert '"tried.scoped:a___X-Evil: __:60s";q=2;w=60' in answer.headers["RateLimit-Policy"]


def test_a_message_or_an_answer_of_ones_own(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("1/minute", error_message="The kettle is empty.")
    def kettle() -> str:
        return ""

    @limiter.limit("1/minute", on_breach=lambda _limit: Response("enough", 429))
    def answered() -> str:
        return ""

    client = serve(kettle, answered)
    client.get("/kettle")
    assert client.get("/kettle").json["detail"] == "The kettle is empty."
    client.get("/answered")
    assert client.get("/answered").text == "enough"


def test_a_block_of_a_view_may_be_limited(limiter: Limiter, serve: Any) -> None:
    def block() -> str:
        try:
            with limiter.limit("1/minute"):
                return "admitted"
        except Exceeded:
            return "not now"

    client = serve(block)
    assert [client.get("/block").text for _ in range(2)] == ["admitted", "not now"]


def test_a_limit_of_limits(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("1/minute", meta_limits=["1/hour"])
    def often() -> str:
        return ""

    client = serve(often)
    assert client.get("/often").status_code == 200
    assert client.get("/often").json["violated-policies"] == ["tried.often:60s"]
    assert client.get("/often").json["violated-policies"] == ["meta:3600s"]
