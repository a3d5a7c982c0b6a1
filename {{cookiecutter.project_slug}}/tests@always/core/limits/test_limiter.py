"""``@limiter.limit`` and its options, as in the documentation of Flask-Limiter."""

import re
from contextlib import suppress
from typing import Any

import pytest
from flask import Response, current_app, request
from flask_limiter import Limiter, RateLimitExceeded, RequestLimit

from tests.core.limits.calls import statuses


@pytest.mark.control("R1", "R2")
def test_the_headers_contain_every_limit_and_the_tightest(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("2/minute;5/hour")
    def tea() -> str:
        return "tea"

    client = serve(tea)
    response = client.get("/tea")
    assert response.status_code == 200
    policy = '"address";q=600;w=60, "views.tea:60s";q=2;w=60, "views.tea:3600s";q=5;w=3600'
    assert response.headers["RateLimit-Policy"] == policy
    assert re.fullmatch(r'"views\.tea:60s";r=1;t=\d+', response.headers["RateLimit"])
    client.get("/tea")
    rejected = client.get("/tea")
    assert rejected.status_code == 429
    assert rejected.json["violated-policies"] == ["views.tea:60s"]
    assert rejected.mimetype == "application/problem+json"
    assert int(rejected.headers["Retry-After"]) >= int(rejected.headers["RateLimit"].rpartition("=")[2])
    assert client.get("/healthz").status_code == 200


def test_a_shared_limit_counts_several_views_together(limiter: Limiter, serve: Any) -> None:
    shared = limiter.shared_limit("3/minute", scope="drinks")

    @shared
    def tea() -> str:
        return "tea"

    @shared
    def coffee() -> str:
        return "coffee"

    client = serve(tea, coffee)
    assert statuses(client, "/tea", 2) + statuses(client, "/coffee", 2) == [200, 200, 200, 429]


def test_methods_count_separately_or_alone(limiter: Limiter, serve: Any) -> None:
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


def test_a_limit_can_depend_on_the_response(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("2/minute", deduct_when=lambda response: response.status_code == 418)
    def pot() -> Response:
        return Response(status=418 if request.headers.get("X-Brew") == "coffee" else 200)

    client = serve(pot)
    assert statuses(client, "/pot", 4) == [200] * 4
    assert re.fullmatch(r'"views\.pot:60s";r=2;t=\d+', client.get("/pot").headers["RateLimit"])
    responses = [client.get("/pot", headers={"X-Brew": "coffee"}) for _ in range(3)]
    assert [response.status_code for response in responses] == [418, 418, 429]
    assert [response.headers["RateLimit"].split(";")[1] for response in responses] == ["r=1", "r=0", "r=0"]
    assert statuses(client, "/pot", 1) == [429]


def test_exempt_when_and_cost(limiter: Limiter, serve: Any) -> None:
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


def test_a_dynamic_scope_cannot_write_into_the_headers(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("2/minute", scope=lambda _endpoint: 'a"\r\nX-Evil: é\\')
    def scoped() -> str:
        return ""

    response = serve(scoped).get("/scoped")
    assert response.status_code == 200
    assert "X-Evil" not in response.headers
    assert '"views.scoped:a___X-Evil: __:60s";q=2;w=60' in response.headers["RateLimit-Policy"]


def test_error_message_and_on_breach(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("1/minute", error_message="The kettle is empty.")
    def kettle() -> str:
        return ""

    seen: list[int] = []

    def on_breach(limit: RequestLimit) -> Response:
        seen.append(limit.remaining)
        return Response("enough", 429)

    @limiter.limit("1/minute", on_breach=on_breach)
    def answered() -> str:
        return ""

    client = serve(kettle, answered)
    client.get("/kettle")
    assert client.get("/kettle").json["detail"] == "The kettle is empty."
    client.get("/answered")
    assert client.get("/answered").text == "enough"
    assert seen == [0]


def test_a_block_can_be_limited(limiter: Limiter, serve: Any) -> None:
    def block() -> str:
        try:
            with limiter.limit("1/minute"):
                return "admitted"
        except RateLimitExceeded:
            return "not now"

    client = serve(block)
    assert [client.get("/block").text for _ in range(2)] == ["admitted", "not now"]


def test_meta_limits(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("1/minute", meta_limits=["1/hour"])
    def often() -> str:
        return ""

    client = serve(often)
    assert client.get("/often").status_code == 200
    assert client.get("/often").json["violated-policies"] == ["views.often:60s"]
    assert client.get("/often").json["violated-policies"] == ["meta:3600s"]


def test_a_decorated_function_that_a_view_calls_is_limited(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("1/minute")
    def expensive() -> str:
        return "done"

    def view() -> str:
        return expensive()

    assert statuses(serve(view), "/view", 2) == [200, 429]


def test_the_rejection_names_the_limit_that_was_exceeded_last(limiter: Limiter, serve: Any) -> None:
    @limiter.limit("1/minute", scope="expensive")
    def expensive() -> str:
        return "done"

    def view() -> str:
        with suppress(RateLimitExceeded), limiter.limit("1/minute", scope="block"):
            pass
        return expensive()

    client = serve(view)
    client.get("/view")
    assert client.get("/view").json["violated-policies"] == ["views.view:expensive:60s"]


def test_a_rate_can_be_a_function(limiter: Limiter, serve: Any) -> None:
    @limiter.limit(lambda: current_app.config["TEA"])
    def tea() -> str:
        return ""

    client = serve(tea)
    client.application.config["TEA"] = "1/minute"
    assert statuses(client, "/tea", 2) == [200, 429]
    client.application.config["TEA"] = "3/minute"
    assert statuses(client, "/tea", 4) == [200, 200, 200, 429]
