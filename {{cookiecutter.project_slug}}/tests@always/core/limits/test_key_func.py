"""Which client a limit of a view counts: the result of ``key_func``, or else the caller or the address."""

from typing import Any

import pytest
from flask import request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from tests.core.credentials import Grant
from tests.core.limits.calls import statuses


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
