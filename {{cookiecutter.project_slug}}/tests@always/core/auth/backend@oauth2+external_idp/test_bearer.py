"""Where the token is read from, and the responses to requests without a valid token."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
ME = "/api/v1/me"
PROBES = "/api/v1/probes"
METADATA = "/.well-known/oauth-protected-resource"


def token_of(caller: FlaskClient) -> str:
    """Return the token that a caller sends."""
    return str(caller.headers["Authorization"]).removeprefix("Bearer ")  # type: ignore[attr-defined]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_case_insensitive(caller: MakeCaller, client: FlaskClient, scheme: str) -> None:
    assert client.get(ME, headers={"Authorization": f"{scheme} {token_of(caller())}"}).status_code == 200


@pytest.mark.control("A1")
@pytest.mark.parametrize("name", ["access_token", "token", "bearer", "authorization", "Authorization"])
def test_a_token_in_the_url_is_ignored(caller: MakeCaller, client: FlaskClient, name: str) -> None:
    assert client.get(ME, query_string={name: token_of(caller())}).status_code == 401


@pytest.mark.control("A1", "A2")
def test_a_token_in_a_cookie_or_a_form_is_ignored(caller: MakeCaller, client: FlaskClient) -> None:
    token = token_of(caller())
    client.set_cookie("access_token", token)
    client.set_cookie("Authorization", f"Bearer {token}")
    assert client.get(ME).status_code == 401
    assert client.post(PROBES, data={"access_token": token}).status_code == 401


@pytest.mark.control("A2")
def test_a_token_in_two_places_is_rejected(caller: MakeCaller) -> None:
    me = caller()
    token = token_of(me)
    assert me.get(ME, query_string={"access_token": token}).status_code == 400
    assert me.post(PROBES, data={"access_token": token}).status_code == 415


@pytest.mark.control("A2")
def test_two_tokens_are_400(caller: MakeCaller) -> None:
    me = caller()
    for second in (f"Bearer {token_of(caller())}", "Basic YTpi", ""):
        response = me.get(ME, headers={"Authorization": f"Bearer {token_of(me)}, {second}"})
        assert response.status_code == 400
        assert response.json["type"] == "/problems/ambiguous-credentials"
        assert 'error="invalid_request"' in response.headers["WWW-Authenticate"]


@pytest.mark.control("A4")
@pytest.mark.parametrize("sent", [None, "", "Basic YTpi", "Token abc", "Bearerabc", "abc"])
def test_without_a_token_the_challenge_has_no_error(client: FlaskClient, sent: str | None) -> None:
    response = client.get(ME, headers={} if sent is None else {"Authorization": sent})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer realm=")
    assert "error=" not in response.headers["WWW-Authenticate"]


@pytest.mark.control("A4")
@pytest.mark.parametrize("sent", ["Bearer", "Bearer ", "Bearer x", "Bearer a b", "Bearer é", "Bearer " + "a" * 9000])
def test_an_invalid_token_is_401_with_an_error_code(client: FlaskClient, sent: str) -> None:
    response = client.get(ME, headers={"Authorization": sent})
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


@pytest.mark.control("A3")
def test_all_invalid_tokens_get_the_same_response(caller: MakeCaller, client: FlaskClient) -> None:
    header, content, signature = token_of(caller()).split(".")
    responses = []
    for invalid in ("nonsense", f"{header}.{content}.{signature[::-1]}", f"{header}.{header}.{signature}"):
        response = client.get(ME, headers={"Authorization": f"Bearer {invalid}"})
        body = {name: value for name, value in response.json.items() if name not in ("instance", "request_id")}
        headers = response.headers
        responses.append((response.status_code, body, headers["WWW-Authenticate"], sorted(headers.keys())))
    assert responses[0][0] == 401
    assert all(each == responses[0] for each in responses)


@pytest.mark.control("A5")
def test_a_missing_scope_is_named(caller: MakeCaller) -> None:
    response = caller("probes:read").post(PROBES, json={"name": "lamp"})
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
    assert 'scope="probes:write"' in response.headers["WWW-Authenticate"]


@pytest.mark.control("R4")
def test_failed_authentications_are_limited_without_affecting_valid_tokens(
    make_app: MakeApp, caller: MakeCaller
) -> None:
    app = make_app(limits_failed_authentications="2/minute")
    client, me = app.test_client(), caller(app=app)
    invalid = {"Authorization": "Bearer wrong"}
    assert [client.get(ME, headers=invalid).status_code for _ in range(4)] == [401, 401, 429, 429]
    assert me.get(ME).status_code == 200
    assert client.get(ME).status_code == 401


@pytest.mark.control("A6")
@pytest.mark.parametrize("url", ["https://localhost:8443", "https://localhost"])
def test_the_challenge_contains_the_url_of_the_metadata(make_app: MakeApp, url: str) -> None:
    client = make_app(server_url=url).test_client()
    challenge = client.get(ME).headers["WWW-Authenticate"]
    assert f'resource_metadata="{url}{METADATA}"' in challenge
    document = client.get(METADATA)
    assert document.status_code == 200
    assert document.mimetype == "application/json"
    assert document.json["resource"] == url
    assert document.json["bearer_methods_supported"] == ["header"]
    assert "probes:read" in document.json["scopes_supported"]
    assert all(server.startswith("https://") for server in document.json["authorization_servers"])


@pytest.mark.control("A6")
def test_the_metadata_do_not_depend_on_the_host_header(make_app: MakeApp) -> None:
    client = make_app(server_allowed_hosts="api.example, localhost", server_url="https://api.example").test_client()
    assert client.get(METADATA, base_url="https://localhost").json["resource"] == "https://api.example"


@pytest.mark.parametrize(
    ("settings", "resource"),
    [
        ({}, "https://api.example:8443"),
        ({"server_port": "443"}, "https://api.example"),
        ({"server_trusted_proxies": "1"}, "https://api.example"),
    ],
)
def test_without_the_setting_the_url_contains_the_first_host(
    make_app: MakeApp, service: ModuleType, settings: dict[str, str], resource: str
) -> None:
    app = make_app(server_allowed_hosts="localhost, api.example", server_url="", **settings)
    assert service.core.auth.backend.protected_resource.resource(app) == resource


@pytest.mark.parametrize(
    "url",
    ["https://elsewhere.example", "http://localhost", "https://localhost/", "localhost", "https://u@localhost"],
)
def test_a_url_of_another_host_prevents_startup(make_app: MakeApp, service: ModuleType, url: str) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match="APP_SERVER_URL"):
        make_app(server_url=url)


def test_doctor_reports_a_url_that_is_derived_from_other_settings(make_app: MakeApp, service: ModuleType) -> None:
    run = service.core.auth.backend.protected_resource.check.run
    assert list(run(make_app(server_url="https://localhost:8443"))) == []
    (finding,) = run(make_app(server_url=""))
    assert "https://localhost:8443" in finding.message
    assert finding.severity == "warning"
