"""The address of a client behind a trusted proxy."""

import json
from collections.abc import Callable

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]
ENTRIES = {
    "203.0.113.7": "203.0.113.7",
    "203.0.113.7:5000": "203.0.113.7",
    "2001:db8::1": "2001:db8::1",
    "[2001:db8::1]": "2001:db8::1",
    "[2001:db8::1]:5000": "2001:db8::1",
    "198.51.100.1, 203.0.113.7:5000": "203.0.113.7",
    '"a, 203.0.113.7': "203.0.113.7",
    '"a, b", 203.0.113.7': "203.0.113.7",
    ", ,203.0.113.7": "203.0.113.7",
    "unknown": "unknown",
}


@pytest.mark.control("A7")
@pytest.mark.parametrize(("sent", "address"), ENTRIES.items(), ids=ENTRIES)
def test_the_address_is_the_last_entry_without_its_port(
    make_app: MakeApp, capsys: pytest.CaptureFixture[str], sent: str, address: str
) -> None:
    client = make_app(server_tls="false", server_trusted_proxies="1").test_client()
    capsys.readouterr()
    client.get("/healthz", headers={"X-Forwarded-For": sent})
    assert json.loads(capsys.readouterr().out)["address"] == address


@pytest.mark.parametrize("scheme", ["https", "HTTPS", "http, Https"])
def test_the_forwarded_scheme_has_any_case(make_app: MakeApp, scheme: str) -> None:
    client = make_app(server_tls="false", server_trusted_proxies="1").test_client()
    response = client.get("/openapi.json", base_url="http://localhost", headers={"X-Forwarded-Proto": scheme})
    assert response.status_code == 200
    assert "Strict-Transport-Security" in response.headers


@pytest.mark.control("T2", "T3")
@pytest.mark.parametrize("scheme", ["http", "HTTP", "https, http", "httpss", ""])
def test_another_forwarded_scheme_is_rejected(make_app: MakeApp, scheme: str) -> None:
    client = make_app(server_tls="false", server_trusted_proxies="1").test_client()
    response = client.get("/openapi.json", base_url="http://localhost", headers={"X-Forwarded-Proto": scheme})
    assert response.status_code == 403


@pytest.mark.control("R3")
@pytest.mark.parametrize("entry", ["203.0.113.7:{}", "[2001:db8::1]:{}"])
def test_another_port_counts_on_the_same_rate_limit(make_app: MakeApp, entry: str) -> None:
    client = make_app(server_tls="false", server_trusted_proxies="1", limits_address="2/minute").test_client()
    headers = [{"X-Forwarded-For": entry.format(port), "X-Forwarded-Proto": "https"} for port in (5000, 5001, 5002)]
    assert [client.get("/openapi.json", headers=sent).status_code for sent in headers] == [200, 200, 429]


@pytest.mark.parametrize(
    ("sent", "missing"),
    [
        ({}, "X-Forwarded-For and X-Forwarded-Proto"),
        ({"X-Forwarded-For": "203.0.113.7"}, "X-Forwarded-For and X-Forwarded-Proto"),
        ({"X-Forwarded-For": "203.0.113.7, 10.0.0.1", "X-Forwarded-Proto": "https"}, "X-Forwarded-Proto"),
        ({"X-Forwarded-For": "203.0.113.7, 10.0.0.1", "X-Forwarded-Proto": "https,https"}, None),
    ],
)
def test_missing_headers_of_the_proxies_are_logged_once(
    make_app: MakeApp, capsys: pytest.CaptureFixture[str], sent: dict[str, str], missing: str | None
) -> None:
    client = make_app(server_tls="false", server_trusted_proxies="2").test_client()
    capsys.readouterr()
    client.get("/healthz")
    for _ in range(2):
        client.get("/openapi.json", headers=sent)
    records = map(json.loads, capsys.readouterr().out.splitlines())
    messages = [record["message"] for record in records if record["level"] == "warning" and "message" in record]
    expected = [f"a request has fewer than 2 entries in {missing}"] if missing else []
    assert [message.partition(":")[0] for message in messages] == expected
