"""Cross-origin requests: an exact allowlist of origins, which can read every error too."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
ALLOWED = "https://shop.example"
OTHERS = [
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
    """A service that allows one origin."""
    return make_app(cors_origins=ALLOWED)


def preflight(client: FlaskClient, origin: str, method: str = "POST", headers: str = "content-type") -> dict[str, str]:
    """Return the headers of the response to a preflight."""
    sent = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return dict(client.options("/api/v1/probes", headers=sent).headers)


@pytest.mark.control("C1")
@pytest.mark.parametrize("origin", OTHERS)
def test_another_origin_gets_no_cors_headers_in_any_response(
    caller: MakeCaller, client: FlaskClient, origin: str
) -> None:
    sent = {"Origin": origin}
    responses = [
        dict(caller().get("/api/v1/probes", headers=sent).headers),
        dict(client.get("/api/v1/probes", headers=sent).headers),
        dict(client.get("/nothing", headers=sent).headers),
        preflight(client, origin),
    ]
    for headers in responses:
        assert not [name for name in headers if name.startswith("Access-Control-")]
        assert headers["Vary"] == "Origin"


@pytest.mark.control("C2")
def test_the_cors_headers_contain_the_origin_and_fixed_lists(client: FlaskClient) -> None:
    headers = preflight(client, ALLOWED, headers="content-type, x-made-up")
    assert headers["Access-Control-Allow-Origin"] == ALLOWED
    assert set(headers["Access-Control-Allow-Methods"].split(", ")) == {"GET", "POST", "PATCH", "DELETE"}
    assert "x-made-up" not in headers["Access-Control-Allow-Headers"]
    assert "content-type" in headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in headers
    assert headers["Vary"] == "Origin"


@pytest.mark.control("C1")
@pytest.mark.parametrize(
    ("allowed", "others"),
    [
        ("capacitor://localhost", ["capacitor://localhost:1", "capacitor://other", "ionic://localhost", "https://localhost"]),
        ("tauri://localhost", ["TAURI://localhost", "tauri://localhost/", "tauri://localhost.evil.example"]),
        ("https://tauri.localhost", ["http://tauri.localhost", "tauri://tauri.localhost", "https://localhost"]),
        ("http://tauri.localhost", ["https://tauri.localhost"]),
        ("https://localhost", ["http://localhost", "https://localhost:3000", "capacitor://localhost"]),
        ("ionic://localhost", ["null"]),
        ("chrome-extension://abcdefghijklmnopabcdefghijklmnop", ["chrome-extension://abcdefghijklmnopabcdefghijklmnoa"]),
        ("safari-web-extension://E5E7B5D3-0A1B-4C2D-8E3F-4A5B6C7D8E9F", ["safari-web-extension://e5e7b5d3-0a1b-4c2d-8e3f-4a5b6c7d8e9f"]),
        ("http://192.168.1.20:3000", ["http://192.168.1.20", "http://192.168.1.2"]),
        ("http://shop.test", ["http://shop.test.example", "https://shop.test"]),
        ("http://nas.local", ["http://nas.local:80"]),
    ],
)  # fmt: skip
def test_apps_and_local_pages_can_be_allowed_exactly(make_app: MakeApp, allowed: str, others: list[str]) -> None:
    environment = "development" if allowed.startswith("http://") and "localhost" not in allowed else "production"
    client = make_app(cors_origins=allowed, environment=environment).test_client()
    assert preflight(client, allowed)["Access-Control-Allow-Origin"] == allowed
    rejected = client.get("/api/v1/probes", headers={"Origin": allowed})
    assert (rejected.status_code, rejected.headers["Access-Control-Allow-Origin"]) == (401, allowed)
    for other in others:
        assert "Access-Control-Allow-Origin" not in preflight(client, other)


@pytest.mark.control("C2")
def test_more_request_headers_can_be_allowed(make_app: MakeApp) -> None:
    client = make_app(
        cors_origins=ALLOWED, cors_request_headers="sentry-trace, baggage, X-Requested-With"
    ).test_client()
    headers = preflight(client, ALLOWED, headers="content-type, sentry-trace, baggage, x-requested-with, x-made-up")
    allowed = {name.strip().lower() for name in headers["Access-Control-Allow-Headers"].split(",")}
    assert {"content-type", "sentry-trace", "baggage", "x-requested-with"} <= allowed
    assert "x-made-up" not in allowed


@pytest.mark.control("C2")
def test_a_private_network_is_not_allowed(client: FlaskClient) -> None:
    sent = {
        "Origin": ALLOWED,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Private-Network": "true",
    }
    headers = client.options("/api/v1/probes", headers=sent).headers
    assert headers.get("Access-Control-Allow-Private-Network") != "true"


@pytest.mark.control("C3")
def test_an_allowed_origin_can_read_errors(caller: MakeCaller, client: FlaskClient) -> None:
    sent = {"Origin": ALLOWED}
    responses = [
        client.get("/api/v1/probes", headers=sent),
        client.get("/nothing", headers=sent),
        caller().post("/api/v1/probes", data="{", content_type="application/json", headers=sent),
        caller("probes:read").post("/api/v1/probes", json={"name": "x"}, headers=sent),
    ]
    assert [response.status_code for response in responses] == [401, 404, 400, 403]
    for response in responses:
        assert response.headers["Access-Control-Allow-Origin"] == ALLOWED
        exposed = set(response.headers["Access-Control-Expose-Headers"].split(", "))
        assert {"Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-ID", "ETag"} <= exposed


@pytest.mark.control("C2", "C3")
@pytest.mark.parametrize(
    ("headers", "status"), [({"Host": "example.org"}, 400), ({"Transfer-Encoding": "gzip, chunked"}, 400)]
)
def test_an_allowed_origin_can_read_errors_of_the_middleware(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    rejected = client.post("/api/v1/probes", headers={"Origin": ALLOWED, **headers})
    assert rejected.status_code == status
    assert rejected.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert rejected.headers.getlist("Vary") == ["Origin"]
    other = client.post("/api/v1/probes", headers={"Origin": "https://evil.example", **headers})
    assert other.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Origin" not in other.headers


@pytest.mark.control("L2")
@pytest.mark.parametrize(
    ("origin", "logged"),
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
def test_only_scheme_host_and_port_of_another_origin_are_logged(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], origin: str, logged: str | None
) -> None:
    client.get("/api/v1/me", headers={"Origin": origin})
    output = capsys.readouterr().out
    assert "hunter2" not in output
    lines = [json.loads(line) for line in output.splitlines()]
    assert [line.get("origin") for line in lines if line["event"] == "malicious_cors"] == [logged]


@pytest.mark.control("C3", "R1")
def test_an_allowed_origin_can_read_a_429(make_app: MakeApp, caller: MakeCaller) -> None:
    me = caller(app=make_app(cors_origins=ALLOWED, limits_caller="1/minute"))
    me.get("/api/v1/me")
    rejected = me.get("/api/v1/me", headers={"Origin": ALLOWED})
    assert rejected.status_code == 429
    assert rejected.headers["Access-Control-Allow-Origin"] == ALLOWED


@pytest.mark.control("C4")
@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_that_needs_no_preflight_is_not_parsed_as_json(caller: MakeCaller, media_type: str) -> None:
    rejected = caller().post("/api/v1/probes", data='{"name": "x"}', headers={"Content-Type": media_type})
    assert rejected.status_code == 415


@pytest.mark.control("R5")
def test_a_preflight_counts_on_no_rate_limit(make_app: MakeApp) -> None:
    client = make_app(cors_origins=ALLOWED, limits_address="3/minute").test_client()
    for _ in range(200):
        assert preflight(client, ALLOWED)["Access-Control-Allow-Origin"] == ALLOWED
    assert client.get("/api/v1/me").status_code == 401
