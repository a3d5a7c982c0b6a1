"""The limits of every request: per address, per caller, and for unknown paths."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
ME = "/api/v1/me"


@pytest.mark.control("R1", "R2")
def test_a_request_beyond_the_limit_is_rejected_with_retry_after(make_app: MakeApp, caller: MakeCaller) -> None:
    me = caller(app=make_app(limits_caller="3/minute"))
    remaining = []
    for _ in range(3):
        response = me.get(ME)
        assert response.status_code == 200
        assert response.headers["RateLimit-Policy"] == '"address";q=600;w=60, "caller";q=3;w=60'
        name, left, seconds = response.headers["RateLimit"].split(";")
        assert name == '"caller"'
        assert 0 < int(seconds.removeprefix("t=")) <= 60
        assert "Retry-After" not in response.headers
        remaining.append(int(left.removeprefix("r=")))
    assert remaining == [2, 1, 0]
    rejected = me.get(ME)
    assert rejected.status_code == 429
    assert rejected.json["type"] == "/problems/rate-limited"
    assert rejected.json["violated-policies"] == ["caller"]
    assert rejected.headers["Cache-Control"] == "no-store"
    reset = int(rejected.headers["RateLimit"].rpartition("t=")[2])
    assert int(rejected.headers["Retry-After"]) >= reset > 0


@pytest.mark.control("R3")
def test_thirty_concurrent_requests_admit_exactly_the_limit(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(limits_caller="10/minute")
    headers = caller(app=app).headers  # type: ignore[attr-defined]

    def call(_: int) -> int:
        return app.test_client().get(ME, headers=headers).status_code

    with ThreadPoolExecutor(30) as pool:
        statuses = list(pool.map(call, range(30)))
    assert sorted(set(statuses)) == [200, 429]
    assert statuses.count(200) == 10


@pytest.mark.control("R3", "A7")
@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "X-Client-IP",
        "True-Client-IP",
        "X-Forwarded-Host",
        "CF-Connecting-IP",
    ],
)
def test_no_forwarded_header_resets_the_limit(make_app: MakeApp, name: str) -> None:
    client = make_app(limits_address="2/minute").test_client()
    statuses = [
        client.get(ME, headers={name: f"192.0.2.{i}"}, query_string={"x": str(i)}).status_code for i in range(4)
    ]
    assert statuses == [401, 401, 429, 429]


def test_each_caller_has_its_own_limit(make_app: MakeApp, caller: MakeCaller) -> None:
    app = make_app(limits_caller="1/minute")
    first, second = caller(app=app), caller(app=app)
    assert [first.get(ME).status_code, first.get(ME).status_code, second.get(ME).status_code] == [200, 429, 200]


@pytest.mark.control("R4")
def test_unknown_paths_are_limited(make_app: MakeApp) -> None:
    client = make_app(limits_unknown_paths="2/minute").test_client()
    assert [client.get(f"/wp-admin/{i}").status_code for i in range(3)] == [404, 404, 429]
    assert client.get("/healthz").status_code == 200


def test_a_method_that_is_not_allowed_is_not_an_unknown_path(make_app: MakeApp) -> None:
    client = make_app(limits_unknown_paths="1/minute").test_client()
    assert [client.put("/api/v1/probes").status_code for _ in range(3)] == [405, 405, 405]


def test_health_checks_are_not_limited(make_app: MakeApp) -> None:
    client = make_app(limits_address="1/minute").test_client()
    assert {client.get("/healthz").status_code for _ in range(20)} == {200}
    assert "RateLimit" not in client.get("/readyz").headers


def test_ipv6_addresses_of_one_network_share_a_limit(make_app: MakeApp) -> None:
    client = make_app(limits_address="2/minute").test_client()

    def status(address: str) -> int:
        return client.get(ME, environ_overrides={"REMOTE_ADDR": address}).status_code

    assert [status("2001:db8:1:1::1"), status("2001:db8:1:1:ffff::9"), status("2001:db8:1:1:2::2")] == [401, 401, 429]
    assert status("2001:db8:1:2::1") == 401


@pytest.mark.control("R1", "R3")
def test_beyond_the_limit_of_the_address_every_request_is_429_and_does_not_count_for_the_caller(
    make_app: MakeApp, caller: MakeCaller
) -> None:
    app = make_app(limits_address="2/minute", limits_caller="9/minute")
    me, other = caller("probes:read", app=app), app.test_client()
    me.environ_base["REMOTE_ADDR"] = other.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    ((name, credential),) = me.headers.items()  # type: ignore[attr-defined]
    assert [me.get(ME).status_code for _ in range(3)] == [200, 200, 429]
    assert me.post("/api/v1/probes", json={}).status_code == 429  # without the required scope
    for headers in ({}, {name: "malformed"}, {name: f"{credential[:-4]}!!!!"}, {name: f"{credential},{credential}"}):
        rejected = other.get(ME, headers=headers)
        assert (rejected.status_code, rejected.json["violated-policies"]) == (429, ["address"])  # type: ignore[index]
    elsewhere = me.get(ME, environ_overrides={"REMOTE_ADDR": "192.0.2.9"})
    assert elsewhere.headers["RateLimit"].startswith('"address";r=1;')
    assert me.get(ME, environ_overrides={"REMOTE_ADDR": "192.0.2.8"}).headers["RateLimit-Policy"].endswith("q=9;w=60")


@pytest.mark.control("R1")
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer t"}, {"Authorization": "Basic t"}])
def test_a_request_that_is_rejected_before_the_limit_per_caller_counts_for_the_address(
    make_app: MakeApp, caller: MakeCaller, headers: dict[str, str]
) -> None:
    app = make_app(limits_address="3/minute")
    assert [app.test_client().get(ME, headers=headers).status_code == 429 for _ in range(4)] == [False] * 3 + [True]
