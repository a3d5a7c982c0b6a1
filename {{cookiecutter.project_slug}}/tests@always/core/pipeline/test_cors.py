"""Across origins: an exact allowlist, and every error readable for those on it."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
OURS = "https://shop.example"
FOREIGN = [
    "null",
    "https://shop.example.org",
    "https://evilshop.example",
    "https://www.shop.example",
    "https://shop.example:8443",
    "http://shop.example",
    "https://SHOP.example",
    "https://shop.example/",
    "https://shop.example, https://shop.example",
    "*",
    "",
]


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The service, callable from one origin."""
    return make_app(cors_origins=OURS)


def preflight(client: FlaskClient, origin: str, method: str = "POST", headers: str = "content-type") -> dict[str, str]:
    """Return the headers of the answer to a preflight."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return dict(client.options("/api/v1/probes", headers=asked).headers)


@pytest.mark.control("C1")
@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_gets_no_grant_on_any_answer(caller: MakeCaller, client: FlaskClient, origin: str) -> None:
    asked = {"Origin": origin}
    answers = [
        dict(caller().get("/api/v1/probes", headers=asked).headers),
        dict(client.get("/api/v1/probes", headers=asked).headers),
        dict(client.get("/nothing", headers=asked).headers),
        preflight(client, origin),
    ]
    for headers in answers:
        assert not [name for name in headers if name.startswith("Access-Control-")]
        assert headers["Vary"] == "Origin"


@pytest.mark.control("C2")
def test_a_grant_names_the_origin_and_fixed_lists(client: FlaskClient) -> None:
    headers = preflight(client, OURS, headers="content-type, x-made-up")
    assert headers["Access-Control-Allow-Origin"] == OURS
    assert set(headers["Access-Control-Allow-Methods"].split(", ")) == {"GET", "POST", "PATCH", "DELETE"}
    assert "x-made-up" not in headers["Access-Control-Allow-Headers"]
    assert "content-type" in headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in headers
    assert headers["Vary"] == "Origin"


@pytest.mark.control("C2")
def test_a_private_network_is_not_granted(client: FlaskClient) -> None:
    asked = {
        "Origin": OURS,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Private-Network": "true",
    }
    headers = client.options("/api/v1/probes", headers=asked).headers
    assert headers.get("Access-Control-Allow-Private-Network") != "true"


@pytest.mark.control("C3")
def test_errors_are_readable_for_an_allowed_origin(caller: MakeCaller, client: FlaskClient) -> None:
    asked = {"Origin": OURS}
    answers = [
        client.get("/api/v1/probes", headers=asked),
        client.get("/nothing", headers=asked),
        caller().post("/api/v1/probes", data="{", content_type="application/json", headers=asked),
        caller("probes:read").post("/api/v1/probes", json={"name": "x"}, headers=asked),
    ]
    assert [answer.status_code for answer in answers] == [401, 404, 400, 403]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == OURS
        exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
        assert {"Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-ID", "ETag"} <= exposed


@pytest.mark.control("C2", "C3")
@pytest.mark.parametrize(
    ("headers", "status"), [({"Host": "example.org"}, 400), ({"Transfer-Encoding": "chunked"}, 411)]
)
def test_what_is_refused_before_it_is_looked_at_is_readable_too(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    refused = client.post("/api/v1/probes", headers={"Origin": OURS, **headers})
    assert refused.status_code == status
    assert refused.headers["Access-Control-Allow-Origin"] == OURS
    assert refused.headers.getlist("Vary") == ["Origin"]
    foreign = client.post("/api/v1/probes", headers={"Origin": "https://evil.example", **headers})
    assert foreign.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Origin" not in foreign.headers


@pytest.mark.control("L2")
@pytest.mark.parametrize(
    ("origin", "written"),
    [
        ("https://evil.example:8443", "https://evil.example:8443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("null", "null"),
        ("https://ada:hunter2@evil.example", None),
        ("https://evil.example/hunter2", None),
        ("https://evil.example?hunter2", None),
        ("hunter2", None),
    ],
)
def test_of_a_foreign_origin_only_scheme_host_and_port_are_written(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], origin: str, written: str | None
) -> None:
    client.get("/api/v1/me", headers={"Origin": origin})
    told = capsys.readouterr().out
    assert "hunter2" not in told
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line.get("origin") for line in lines if line["event"] == "malicious_cors"] == [written]


@pytest.mark.control("C3", "R1")
def test_a_429_is_readable_for_an_allowed_origin(make_app: MakeApp, caller: MakeCaller) -> None:
    me = caller(app=make_app(cors_origins=OURS, limits_caller="1/minute"))
    me.get("/api/v1/me")
    refused = me.get("/api/v1/me", headers={"Origin": OURS})
    assert refused.status_code == 429
    assert refused.headers["Access-Control-Allow-Origin"] == OURS


@pytest.mark.control("C4")
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_needs_no_preflight_is_not_read_as_json(caller: MakeCaller, kind: str) -> None:
    sent = caller().post("/api/v1/probes", data='{"name": "x"}', headers={"Content-Type": kind})
    assert sent.status_code == 415


@pytest.mark.control("R5")
def test_a_preflight_counts_on_no_budget(make_app: MakeApp) -> None:
    client = make_app(cors_origins=OURS, limits_address="3/minute").test_client()
    for _ in range(200):
        assert preflight(client, OURS)["Access-Control-Allow-Origin"] == OURS
    assert client.get("/api/v1/me").status_code == 401
