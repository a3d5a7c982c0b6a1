"""``/oauth2/token``: what each grant gives, to whom, how often."""

import base64
import io
import time
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import orjson
import pytest
import time_machine
from credentials import (
    CALLBACK,
    EVERY_SCOPE,
    Browser,
    asking,
    command,
    make_client,
    make_service_client,
    make_user,
    pkce,
    post,
    redeem,
    tokens_for,
)
from flask import Flask
from joserfc import jws
from joserfc.util import urlsafe_b64decode

MakeApp = Callable[..., Flask]
TOKEN = "/oauth2/token"
ME = "/api/v1/me"


def a_code(app: Flask, client: dict[str, str], **more: str) -> tuple[str, str]:
    """Return a code and its verifier."""
    make_user(app, "ada")
    browser = Browser(app)
    browser.sign_in()
    verifier, challenge = pkce()
    return browser.consent(asking(client, challenge, **more))["code"], verifier


def refresh(app: Flask, client: dict[str, str], token: str, **more: str) -> Any:
    return post(app, TOKEN, client, {"grant_type": "refresh_token", "refresh_token": token, **more})


def works(app: Flask, token: str) -> bool:
    status = app.test_client().get(ME, headers={"Authorization": f"Bearer {token}"}).status_code
    assert status in (200, 401)
    return status == 200


def claims_of(token: str) -> Any:
    return orjson.loads(urlsafe_b64decode(token.split(".")[1].encode()))


@pytest.mark.parametrize("public", [(), ("--public",)], ids=["confidential", "public"])
@pytest.mark.control("O18")
def test_a_code_gives_an_access_token_for_this_service(app: Flask, public: tuple[str, ...]) -> None:
    client = make_client(app, *public)
    answer = redeem(app, client, *a_code(app, client, scope="items:read"))
    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (answer.json["token_type"], answer.json["expires_in"], answer.json["scope"]) == ("Bearer", 600, "items:read")
    header = jws.extract_compact(answer.json["access_token"].encode()).headers()
    assert (header["typ"], header["alg"], len(header["kid"])) == ("at+jwt", "ES256", 43)
    claims = claims_of(answer.json["access_token"])
    assert claims["aud"] == claims["iss"] == "https://localhost:8443"
    assert claims["client_id"] == client["id"]
    assert claims["exp"] - claims["iat"] == 600
    assert set(claims) == {"iss", "aud", "sub", "client_id", "iat", "exp", "jti", "scope"}
    me = app.test_client().get(ME, headers={"Authorization": f"Bearer {answer.json['access_token']}"}).json
    assert (me["id"], me["scopes"], me["credential"]) == (claims["sub"], ["items:read"], claims["jti"])


@pytest.mark.control("O3")
def test_a_code_works_once_and_a_replay_revokes_what_it_gave(app: Flask) -> None:
    client = make_client(app)
    other = tokens_for(app, client, "ada")
    code, verifier = a_code(app, client)
    given = redeem(app, client, code, verifier).json
    assert works(app, given["access_token"])
    replayed = redeem(app, client, code, verifier)
    assert (replayed.status_code, replayed.json["error"]) == (400, "invalid_grant")
    assert not works(app, given["access_token"])
    assert refresh(app, client, given["refresh_token"]).json["error"] == "invalid_grant"
    assert works(app, other["access_token"])


@pytest.mark.control("O4")
def test_a_code_lives_a_minute(app: Flask) -> None:
    client = make_client(app)
    code, verifier = a_code(app, client)
    with time_machine.travel(61 + time.time(), tick=True):
        assert redeem(app, client, code, verifier).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "b" * 43},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"code_verifier": "\u00e4" * 43},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": ""},
        {"code": "x"},
        {"code": ""},
        {"code": "\U0001f600"},
    ],
)
@pytest.mark.control("O4")
def test_a_code_is_bound_to_verifier_and_redirect_uri(app: Flask, wrong: dict[str, str]) -> None:
    client = make_client(app)
    code, verifier = a_code(app, client)
    refused = redeem(app, client, code, verifier, **wrong)
    assert refused.status_code == 400
    assert refused.json["error"] in {"invalid_grant", "invalid_request"}
    assert redeem(app, client, code, verifier).status_code == 200


@pytest.mark.control("O4")
def test_a_code_is_bound_to_its_client(app: Flask) -> None:
    client = make_client(app)
    code, verifier = a_code(app, client)
    assert redeem(app, make_client(app), code, verifier).json["error"] == "invalid_grant"
    assert redeem(app, client, code, verifier).status_code == 200


@pytest.mark.control("O5")
def test_a_refresh_token_works_once_and_its_reuse_ends_the_family(app: Flask) -> None:
    client = make_client(app)
    first, other = tokens_for(app, client, "ada"), tokens_for(app, client, "ada")
    second = refresh(app, client, first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert works(app, second["access_token"])
    assert refresh(app, client, first["refresh_token"]).json["error"] == "invalid_grant"
    for token in (first["access_token"], second["access_token"]):
        assert not works(app, token)
    assert refresh(app, client, second["refresh_token"]).json["error"] == "invalid_grant"
    assert works(app, other["access_token"])
    assert refresh(app, client, other["refresh_token"]).status_code == 200


@pytest.mark.control("O5")
def test_a_refresh_token_is_bound_to_its_client(app: Flask) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "ada")
    assert refresh(app, make_client(app), given["refresh_token"]).json["error"] == "invalid_grant"
    assert refresh(app, client, given["refresh_token"]).status_code == 200


@pytest.mark.control("O6")
def test_refreshing_does_not_move_the_end_of_a_family(app: Flask) -> None:
    client = make_client(app)
    token = tokens_for(app, client, "ada")["refresh_token"]
    with time_machine.travel(time.time(), tick=True) as clock:
        for _ in range(3):
            clock.shift(timedelta(days=9))
            answer = refresh(app, client, token)
            assert answer.status_code == 200
            token = answer.json["refresh_token"]
        clock.shift(timedelta(days=4))
        assert refresh(app, client, token).json["error"] == "invalid_grant"


@pytest.mark.control("O7")
def test_scopes_narrow_for_one_token_and_never_widen(app: Flask) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "ada", "items:read items:write")
    wider = refresh(app, client, given["refresh_token"], scope=EVERY_SCOPE)
    assert wider.json["error"] == "invalid_scope"
    narrow = refresh(app, client, given["refresh_token"], scope="items:read").json
    assert narrow["scope"] == "items:read"
    assert refresh(app, client, narrow["refresh_token"]).json["scope"] == "items:read items:write"


@pytest.mark.control("Z7")
def test_a_token_carries_what_client_and_person_may_now(app: Flask) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "shrinking", "items:read items:write")
    command(app, "users", "grant", "shrinking", "--scopes", "items:read")
    with time_machine.travel(time.time() + 5, tick=True):
        me = app.test_client().get(ME, headers={"Authorization": f"Bearer {given['access_token']}"}).json
        assert me["scopes"] == ["items:read"]
    assert refresh(app, client, given["refresh_token"]).json["scope"] == "items:read"


@pytest.mark.parametrize(
    "grant",
    ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "", "\u00e4", '"', "client_credentials"],
)
@pytest.mark.control("O8")
def test_a_client_has_its_grants_and_no_others(app: Flask, grant: str) -> None:
    form = {"grant_type": grant, "username": "ada", "password": "x"}
    refused = post(app, TOKEN, make_client(app), form)
    assert refused.status_code == 400
    assert refused.json["error"] in {"unsupported_grant_type", "unauthorized_client"}
    code_too = post(app, TOKEN, make_service_client(app), {"grant_type": "authorization_code", "code": "x"})
    assert code_too.json["error"] == "unauthorized_client"


def test_a_client_calls_for_itself(app: Flask) -> None:
    client = make_service_client(app, scopes="items:read")
    answer = post(app, TOKEN, client, {"grant_type": "client_credentials"})
    assert answer.json["scope"] == "items:read"
    assert "refresh_token" not in answer.json
    me = app.test_client().get(ME, headers={"Authorization": f"Bearer {answer.json['access_token']}"}).json
    assert me["id"] == client["id"]
    for scope in ("items:write", "items:read nonsense", '"'):
        refused = post(app, TOKEN, client, {"grant_type": "client_credentials", "scope": scope})
        assert refused.json["error"] == "invalid_scope"


@pytest.mark.control("O18")
def test_an_unknown_resource_is_refused_by_every_grant(app: Flask) -> None:
    client, robot = make_client(app), make_service_client(app)
    code, verifier = a_code(app, client)
    elsewhere = {"resource": "https://elsewhere.example"}
    assert redeem(app, client, code, verifier, **elsewhere).json["error"] == "invalid_target"
    given = redeem(app, client, code, verifier, resource="https://localhost:8443").json
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
    assert answer.headers["Cache-Control"] == "no-store"
    refused = [
        http.post(TOKEN, json=good, auth=auth),
        http.post(f"{TOKEN}?grant_type=client_credentials", auth=auth),
        http.post(f"{TOKEN}?scope=admin", data=good, auth=auth),
        http.post(TOKEN, data={"grant_type": ["client_credentials"] * 2}, auth=auth),
        http.post(TOKEN, data="grant_type=client_credentials&scope=admin&scope=items%3Aread", auth=auth),
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


def test_a_lock_ends_sessions_and_tokens(app: Flask, service: ModuleType) -> None:
    client = make_client(app)
    given = tokens_for(app, client, "locked")
    browser = Browser(app, "locked")
    browser.sign_in()
    command(app, "users", "lock", "locked")
    with time_machine.travel(time.time() + 5, tick=True):
        assert not works(app, given["access_token"])
    assert refresh(app, client, given["refresh_token"]).json["error"] == "invalid_grant"
    assert browser.http.get("/oauth2/account").status_code == 303
    assert browser.sign_in().status_code == 401
    command(app, "users", "unlock", "locked")
    assert browser.sign_in().status_code == 303


def test_a_deleted_client_and_a_deleted_person_end_their_tokens(app: Flask) -> None:
    client, robot = make_client(app), make_service_client(app)
    given = tokens_for(app, client, "leaving")
    own = post(app, TOKEN, robot, {"grant_type": "client_credentials"}).json
    assert works(app, given["access_token"])
    command(app, "users", "delete", "leaving", "--yes")
    command(app, "clients", "delete", robot["id"], "--yes")
    with time_machine.travel(time.time() + 5, tick=True):
        assert not works(app, given["access_token"])
        assert not works(app, own["access_token"])


@pytest.mark.control("R1", "R4")
def test_the_token_endpoint_has_a_budget(make_app: MakeApp) -> None:
    app = make_app(limits_tokens="2/minute")
    client = make_service_client(app)
    answers = [post(app, TOKEN, client, {"grant_type": "client_credentials"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert '"tokens";q=2;w=60' in answers[2].headers["RateLimit-Policy"]
    assert int(answers[2].headers["Retry-After"]) > 0
