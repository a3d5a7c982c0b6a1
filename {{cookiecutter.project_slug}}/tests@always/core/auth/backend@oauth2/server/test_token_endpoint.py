"""``/oauth2/token``: grants, client authentication and request format."""

import base64
import io
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

from tests.core.authorization_code import get_code, redeem
from tests.core.credentials import create_client, create_service_client, post_form, refresh

MakeApp = Callable[..., Flask]
TOKEN = "/oauth2/token"
ME = "/api/v1/me"


@pytest.mark.parametrize(
    "grant",
    ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "\u00e4", '"', "client_credentials"],
)
@pytest.mark.control("O8")
def test_a_client_may_use_only_its_grants(app: Flask, grant: str) -> None:
    form = {"grant_type": grant, "username": "ada", "password": "x"}
    rejected = post_form(app, TOKEN, create_client(app), form)
    assert rejected.status_code == 400
    assert rejected.json["error"] in {"unsupported_grant_type", "unauthorized_client"}
    unauthorized = post_form(app, TOKEN, create_service_client(app), {"grant_type": "authorization_code", "code": "x"})
    assert unauthorized.json["error"] == "unauthorized_client"


@pytest.mark.parametrize("form", [{}, {"grant_type": ""}])
@pytest.mark.control("O8")
def test_a_request_without_a_grant_is_invalid(app: Flask, form: dict[str, str]) -> None:
    rejected = post_form(app, TOKEN, create_service_client(app), form)
    assert rejected.status_code == 400
    assert rejected.json["error"] == "invalid_request"


def test_a_client_obtains_a_token_for_itself(app: Flask) -> None:
    client = create_service_client(app, scopes="probes:read")
    response = post_form(app, TOKEN, client, {"grant_type": "client_credentials"})
    assert response.json["scope"] == "probes:read"
    assert "refresh_token" not in response.json
    me = app.test_client().get(ME, headers={"Authorization": f"Bearer {response.json['access_token']}"}).json
    assert me["id"] == client["id"]
    for scope in ("probes:write", "probes:read nonsense", "probes:read\u2003probes:read", '"'):
        rejected = post_form(app, TOKEN, client, {"grant_type": "client_credentials", "scope": scope})
        assert rejected.json["error"] == "invalid_scope"


@pytest.mark.control("O18")
def test_every_grant_rejects_an_unknown_resource(app: Flask) -> None:
    client, service_client = create_client(app), create_service_client(app)
    code, verifier = get_code(app, client)
    elsewhere = {"resource": "https://elsewhere.example"}
    assert redeem(app, client, code, verifier, **elsewhere).json["error"] == "invalid_target"
    issued = redeem(app, client, code, verifier, resource="https://localhost:8443/").json
    assert refresh(app, client, issued["refresh_token"], **elsewhere).json["error"] == "invalid_target"
    form = {"grant_type": "client_credentials", **elsewhere}
    assert post_form(app, TOKEN, service_client, form).json["error"] == "invalid_target"


def basic(credentials: bytes) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(credentials).decode()}


@pytest.mark.parametrize("path", [TOKEN, "/oauth2/revoke", "/oauth2/introspect"])
@pytest.mark.control("O9")
def test_a_confidential_client_authenticates_with_one_method(make_app: MakeApp, path: str) -> None:
    app = make_app(limits_failed_authentications="100/minute")
    client = create_service_client(app)
    id_, secret = client["id"], client["secret"]
    form = {"grant_type": "client_credentials", "token": "x"}
    http = app.test_client()
    valid = basic(f"{id_}:{secret}".encode())
    assert http.post(path, data=form, headers=valid).status_code == 200
    assert http.post(path, data={**form, "client_id": id_}, headers=valid).status_code == 200
    assert http.post(path, data={**form, "client_id": id_, "client_secret": secret}).status_code == 200
    rejected = [
        http.post(path, data=form),
        http.post(path, data={**form, "client_id": id_}),
        http.post(path, data={**form, "client_id": "unknown"}),
        http.post(path, data={**form, "client_id": id_, "client_secret": "wrong"}),
        http.post(path, data={**form, "client_id": id_, "client_secret": "\u00e4"}),
        http.post(path, data={**form, "client_id": "\U0001f600", "client_secret": "x"}),
        *(
            http.post(path, data=form, headers=header)
            for header in (
                basic(f"{id_}:wrong".encode()),
                basic(b"%00:x"),
                basic(f"{id_}:{secret}%00".encode()),
                basic(f"unknown:{secret}".encode()),
                basic(b"\xff\xfe:\xff"),
                basic(id_.encode()),
                basic(f"{id_}:%ff".encode()),
                {"Authorization": "Basic"},
                {"Authorization": "Basic ?"},
                {"Authorization": "Basic \u00e4"},
                {"Authorization": f"Bearer {secret}"},
            )
        ),
    ]
    for response in rejected:
        assert (response.status_code, response.json["error"]) == (401, "invalid_client"), response.text
        assert response.headers["WWW-Authenticate"].startswith("Basic ")
    twice = http.post(path, data={**form, "client_id": id_, "client_secret": secret}, headers=valid)
    assert (twice.status_code, twice.json["error"]) == (400, "invalid_request")
    other = http.post(path, data={**form, "client_id": "other"}, headers=valid)
    assert (other.status_code, other.json["error"]) == (400, "invalid_request")


@pytest.mark.control("O9")
@pytest.mark.control("R4")
def test_failed_client_authentications_are_limited(make_app: MakeApp) -> None:
    app = make_app(limits_failed_authentications="10/day")
    http = app.test_client()
    form = {"grant_type": "client_credentials", "client_id": "unknown", "client_secret": "x"}
    statuses = [http.post(TOKEN, data=form).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert http.post(TOKEN, data=form).json["error"] == "temporarily_unavailable"
    client = create_service_client(app)
    assert post_form(app, TOKEN, client, {"grant_type": "client_credentials"}).status_code == 200


@pytest.mark.control("O10")
def test_the_endpoint_accepts_only_a_form_in_a_post_request(app: Flask) -> None:
    client = create_service_client(app)
    http, auth = app.test_client(), (client["id"], client["secret"])
    form = {"grant_type": "client_credentials"}
    response = http.post(TOKEN, data=form, auth=auth)
    assert response.status_code == 200
    assert (response.headers["Cache-Control"], response.headers["Pragma"]) == ("no-store", "no-cache")
    rejected = [
        http.post(TOKEN, json=form, auth=auth),
        http.post(f"{TOKEN}?grant_type=client_credentials", auth=auth),
        http.post(f"{TOKEN}?scope=admin", data=form, auth=auth),
        http.post(TOKEN, data={"grant_type": ["client_credentials"] * 2}, auth=auth),
        http.post(TOKEN, data="grant_type=client_credentials&scope=admin&scope=probes%3Aread", auth=auth),
        http.post(TOKEN, data={**form, "file": (io.BytesIO(b"x"), "x")}, auth=auth),
        *(
            http.post(TOKEN, data=body, content_type="application/x-www-form-urlencoded", auth=auth)
            for body in (
                b"\xff",
                b"grant_type=%ff",
                b"grant_type=%00",
                b"a=1&" * 60,
                b"\x00",
                "grant_type=\u00e4".encode(),
            )
        ),
    ]
    for response in rejected:
        assert response.status_code == 400, response.text
        assert response.json["error"] == "invalid_request"
        assert response.headers["Cache-Control"] == "no-store"
    assert http.get(TOKEN, query_string=form, auth=auth).status_code == 405
    assert http.post(TOKEN, data="a" * 100_000, auth=auth).status_code in {400, 413}


@pytest.mark.control("E1")
def test_an_unexpected_exception_is_a_server_error(
    app: Flask, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_service_client(app)
    monkeypatch.setattr(service.core.auth.backend.server.signing_keys, "get_signing_key", lambda: 1 / 0)
    broken = post_form(app, TOKEN, client, {"grant_type": "client_credentials"})
    assert (broken.status_code, broken.mimetype) == (500, "application/json")
    assert broken.json["error"] == "server_error"
    assert broken.headers["Cache-Control"] == "no-store"


@pytest.mark.control("R1", "R4")
def test_the_token_endpoint_is_rate_limited(make_app: MakeApp) -> None:
    app = make_app(limits_tokens="2/minute")
    client = create_service_client(app)
    responses = [post_form(app, TOKEN, client, {"grant_type": "client_credentials"}) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert '"tokens";q=2;w=60' in responses[2].headers["RateLimit-Policy"]
    assert int(responses[2].headers["Retry-After"]) > 0


@pytest.mark.control("H3")
@pytest.mark.parametrize("length", [10_000, 20_000])
def test_an_error_contains_only_a_bounded_part_of_a_parameter(app: Flask, length: int) -> None:
    rejected = post_form(app, TOKEN, create_service_client(app), {"grant_type": "x" * length})
    assert rejected.status_code == 400
    assert len(rejected.data) < 512
