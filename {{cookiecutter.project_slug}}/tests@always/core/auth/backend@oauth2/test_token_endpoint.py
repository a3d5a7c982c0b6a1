"""``/oauth2/token``: which clients it answers, how they prove themselves, and what it takes from them."""

import base64
import io
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

from tests.core.credentials import a_code, make_client, make_service_client, post, redeem, refresh

MakeApp = Callable[..., Flask]
TOKEN = "/oauth2/token"
ME = "/api/v1/me"


@pytest.mark.parametrize(
    "grant",
    ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "\u00e4", '"', "client_credentials"],
)
@pytest.mark.control("O8")
def test_a_client_has_its_grants_and_no_others(app: Flask, grant: str) -> None:
    form = {"grant_type": grant, "username": "ada", "password": "x"}
    refused = post(app, TOKEN, make_client(app), form)
    assert refused.status_code == 400
    assert refused.json["error"] in {"unsupported_grant_type", "unauthorized_client"}
    code_too = post(app, TOKEN, make_service_client(app), {"grant_type": "authorization_code", "code": "x"})
    assert code_too.json["error"] == "unauthorized_client"


@pytest.mark.parametrize("form", [{}, {"grant_type": ""}])
@pytest.mark.control("O8")
def test_a_request_without_a_grant_is_invalid(app: Flask, form: dict[str, str]) -> None:
    refused = post(app, TOKEN, make_service_client(app), form)
    assert refused.status_code == 400
    assert refused.json["error"] == "invalid_request"


def test_a_client_calls_for_itself(app: Flask) -> None:
    client = make_service_client(app, scopes="probes:read")
    answer = post(app, TOKEN, client, {"grant_type": "client_credentials"})
    assert answer.json["scope"] == "probes:read"
    assert "refresh_token" not in answer.json
    me = app.test_client().get(ME, headers={"Authorization": f"Bearer {answer.json['access_token']}"}).json
    assert me["id"] == client["id"]
    for scope in ("probes:write", "probes:read nonsense", "probes:read\u2003items:read", '"'):
        refused = post(app, TOKEN, client, {"grant_type": "client_credentials", "scope": scope})
        assert refused.json["error"] == "invalid_scope"


@pytest.mark.control("O18")
def test_an_unknown_resource_is_refused_by_every_grant(app: Flask) -> None:
    client, robot = make_client(app), make_service_client(app)
    code, verifier = a_code(app, client)
    elsewhere = {"resource": "https://elsewhere.example"}
    assert redeem(app, client, code, verifier, **elsewhere).json["error"] == "invalid_target"
    given = redeem(app, client, code, verifier, resource="https://localhost:8443/").json
    assert refresh(app, client, given["refresh_token"], **elsewhere).json["error"] == "invalid_target"
    form = {"grant_type": "client_credentials", **elsewhere}
    assert post(app, TOKEN, robot, form).json["error"] == "invalid_target"


def basic(text: bytes) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text).decode()}


@pytest.mark.parametrize("path", [TOKEN, "/oauth2/revoke", "/oauth2/introspect"])
@pytest.mark.control("O9")
def test_a_confidential_client_proves_itself_in_one_way(make_app: MakeApp, path: str) -> None:
    app = make_app(limits_failed_authentications="100/minute")
    client = make_service_client(app)
    id_, secret = client["id"], client["secret"]
    form = {"grant_type": "client_credentials", "token": "x"}
    http = app.test_client()
    right = basic(f"{id_}:{secret}".encode())
    assert http.post(path, data=form, headers=right).status_code == 200
    assert http.post(path, data={**form, "client_id": id_}, headers=right).status_code == 200
    assert http.post(path, data={**form, "client_id": id_, "client_secret": secret}).status_code == 200
    refused = [
        http.post(path, data=form),
        http.post(path, data={**form, "client_id": id_}),
        http.post(path, data={**form, "client_id": "nobody"}),
        http.post(path, data={**form, "client_id": id_, "client_secret": "wrong"}),
        http.post(path, data={**form, "client_id": id_, "client_secret": "\u00e4"}),
        http.post(path, data={**form, "client_id": "\U0001f600", "client_secret": "x"}),
        *(
            http.post(path, data=form, headers=header)
            for header in (
                basic(f"{id_}:wrong".encode()),
                basic(b"%00:x"),
                basic(f"{id_}:{secret}%00".encode()),
                basic(f"nobody:{secret}".encode()),
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
    for answer in refused:
        assert (answer.status_code, answer.json["error"]) == (401, "invalid_client"), answer.text
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    twice = http.post(path, data={**form, "client_id": id_, "client_secret": secret}, headers=right)
    assert (twice.status_code, twice.json["error"]) == (400, "invalid_request")
    other = http.post(path, data={**form, "client_id": "other"}, headers=right)
    assert (other.status_code, other.json["error"]) == (400, "invalid_request")


@pytest.mark.control("O9")
@pytest.mark.control("R4")
def test_failed_clients_are_limited(make_app: MakeApp) -> None:
    app = make_app(limits_failed_authentications="10/day")
    http = app.test_client()
    form = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"}
    statuses = [http.post(TOKEN, data=form).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert http.post(TOKEN, data=form).json["error"] == "temporarily_unavailable"
    good = make_service_client(app)
    assert post(app, TOKEN, good, {"grant_type": "client_credentials"}).status_code == 200


@pytest.mark.control("O10")
def test_the_endpoint_takes_a_posted_form_alone(app: Flask) -> None:
    client = make_service_client(app)
    http, auth = app.test_client(), (client["id"], client["secret"])
    good = {"grant_type": "client_credentials"}
    answer = http.post(TOKEN, data=good, auth=auth)
    assert answer.status_code == 200
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    refused = [
        http.post(TOKEN, json=good, auth=auth),
        http.post(f"{TOKEN}?grant_type=client_credentials", auth=auth),
        http.post(f"{TOKEN}?scope=admin", data=good, auth=auth),
        http.post(TOKEN, data={"grant_type": ["client_credentials"] * 2}, auth=auth),
        http.post(TOKEN, data="grant_type=client_credentials&scope=admin&scope=probes%3Aread", auth=auth),
        http.post(TOKEN, data={**good, "file": (io.BytesIO(b"x"), "x")}, auth=auth),
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
    for one in refused:
        assert one.status_code == 400, one.text
        assert one.json["error"] == "invalid_request"
        assert one.headers["Cache-Control"] == "no-store"
    assert http.get(TOKEN, query_string=good, auth=auth).status_code == 405
    assert http.post(TOKEN, data="a" * 100_000, auth=auth).status_code in {400, 413}


@pytest.mark.control("E1")
def test_an_unexpected_exception_is_a_server_error(
    app: Flask, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_service_client(app)
    monkeypatch.setattr(service.core.auth.backend.server.signing_keys, "get_signing_key", lambda: 1 / 0)
    broken = post(app, TOKEN, client, {"grant_type": "client_credentials"})
    assert (broken.status_code, broken.mimetype) == (500, "application/json")
    assert broken.json["error"] == "server_error"
    assert broken.headers["Cache-Control"] == "no-store"


@pytest.mark.control("R1", "R4")
def test_the_token_endpoint_has_a_budget(make_app: MakeApp) -> None:
    app = make_app(limits_tokens="2/minute")
    client = make_service_client(app)
    answers = [post(app, TOKEN, client, {"grant_type": "client_credentials"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert '"tokens";q=2;w=60' in answers[2].headers["RateLimit-Policy"]
    assert int(answers[2].headers["Retry-After"]) > 0
