"""``@limiter.exempt`` lifts the limits per address and caller, and no other."""

from typing import Any

import pytest
from flask import Blueprint
from flask_limiter import Limiter

from tests.core.credentials import Grant
from tests.core.limits.calls import statuses


@pytest.mark.control("R4")
def test_only_the_limits_per_address_and_caller_are_lifted(limiter: Limiter, serve: Any, grant: Grant) -> None:
    @limiter.exempt
    def free() -> str:
        return ""

    limits = {"limits_address": "3/minute", "limits_caller": "1/minute", "limits_failed_authentications": "2/minute"}
    client = serve(free, public=False, **limits)
    valid = grant(client.application, "ada", "admin")
    invalid = {name: f"{value[:-4]}!!!!" for name, value in valid.items()}
    assert "RateLimit" not in client.get("/free", headers=valid).headers
    assert statuses(client, "/free", 5, headers=valid) == [200] * 5
    assert statuses(client, "/free", 4, headers=invalid) == [401, 401, 429, 429]
    assert statuses(client, "/free", 1, headers=valid) == [200]
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    assert statuses(client, "/nowhere", 4, environ_overrides=elsewhere) == [404, 404, 404, 429]


def test_a_blueprint_can_be_exempt(limiter: Limiter, serve: Any) -> None:
    def free() -> str:
        return ""

    blueprint = Blueprint("views", __name__)
    limiter.exempt(blueprint)
    assert statuses(serve(free, blueprint=blueprint, limits_address="1/minute"), "/free", 3) == [200] * 3


def test_a_limit_of_an_exempt_view_counts(limiter: Limiter, serve: Any) -> None:
    @limiter.exempt
    @limiter.limit("2/minute")
    def free() -> str:
        return ""

    client = serve(free, limits_address="1/minute")
    assert statuses(client, "/free", 3) == [200, 200, 429]
    assert client.get("/free").headers["RateLimit-Policy"] == '"views.free:60s";q=2;w=60'
