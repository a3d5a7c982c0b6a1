"""Authorization server metadata, and the keys that sign its tokens."""

import json
import socket
from collections.abc import Callable
from datetime import timedelta
from time import time
from types import ModuleType

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet

from tests.core.credentials import command, create_service_client, post_form

MakeApp = Callable[..., Flask]
METADATA = "/.well-known/oauth-authorization-server"
JWKS = "/.well-known/jwks.json"
ADDRESS = "https://localhost:8443"


@pytest.mark.control("O16")
def test_the_issuer_is_the_address_and_every_endpoint_exists(client: FlaskClient) -> None:
    metadata = client.get(METADATA, headers={"X-Forwarded-Host": "evil.example"}).json
    assert metadata == client.get(METADATA, base_url="https://127.0.0.1:9").json
    assert metadata["issuer"] == ADDRESS
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert set(metadata["grant_types_supported"]) == {"authorization_code", "refresh_token", "client_credentials"}
    for name, address in metadata.items():
        if name.endswith(("_endpoint", "_uri")):
            path = address.removeprefix(ADDRESS)
            assert client.get(path).status_code in {200, 400, 405}, name


@pytest.mark.control("O16")
def test_the_address_is_a_setting(make_app: MakeApp) -> None:
    app = make_app(server_url="https://api.example.com", server_allowed_hosts="api.example.com")
    metadata = app.test_client().get(METADATA, base_url="https://api.example.com").json
    assert metadata["issuer"] == "https://api.example.com"
    assert metadata["token_endpoint"] == "https://api.example.com/oauth2/token"


@pytest.mark.control("A6")
def test_the_protected_resource_names_its_authorization_server(client: FlaskClient) -> None:
    metadata = client.get("/.well-known/oauth-protected-resource").json
    assert metadata["resource"] == ADDRESS
    assert metadata["authorization_servers"] == [ADDRESS]


@pytest.mark.control("O17")
def test_only_public_parts_of_keys_are_published(client: FlaskClient) -> None:
    (key, *_) = client.get(JWKS).json["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
    assert key["kid"] == ECKey.import_key(key).thumbprint()


@pytest.mark.control("O19")
def test_clients_cannot_register_themselves(app: Flask, client: FlaskClient) -> None:
    assert not [name for name in client.get(METADATA).json if "registration" in name]
    paths = [rule.rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/docs")]
    assert not [path for path in paths if "client" in path or "connect" in path]


def issue(app: Flask, client: dict[str, str]) -> str:
    return str(post_form(app, "/oauth2/token", client, {"grant_type": "client_credentials"}).json["access_token"])


def kid(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def is_accepted(app: Flask, token: str) -> bool:
    return app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.control("J9")
def test_a_new_key_is_published_before_it_signs_and_the_old_one_retires(app: Flask) -> None:
    client, http = create_service_client(app), app.test_client()
    command(app, "signing-keys", "rotate", "--now")  # other tests created keys with other secrets
    with time_machine.travel(time(), tick=True) as clock:
        old = kid(issue(app, client))
        command(app, "signing-keys", "rotate")
        published = {key["kid"] for key in http.get(JWKS).json["keys"]}
        assert old in published
        assert kid(issue(app, client)) == old
        clock.shift(timedelta(minutes=11))
        last = issue(app, client)
        new = kid(last)
        assert new != old
        assert new in published
        assert old in {key["kid"] for key in http.get(JWKS).json["keys"]}
        states = {key["id"]: key["state"] for key in command(app, "signing-keys", "list", "--json")}
        assert (states[old], states[new]) == ("retiring", "signing")
        clock.shift(timedelta(minutes=20))
        assert old not in {key["kid"] for key in http.get(JWKS).json["keys"]}
        assert is_accepted(app, issue(app, client))


def test_a_leaked_key_is_replaced_and_deleted_immediately(app: Flask) -> None:
    client = create_service_client(app)
    stolen = issue(app, client)
    assert is_accepted(app, stolen)
    command(app, "signing-keys", "rotate", "--now")
    assert kid(issue(app, client)) != kid(stolen)
    assert is_accepted(app, stolen)
    command(app, "signing-keys", "delete", kid(stolen), "--yes")
    with time_machine.travel(time() + 5, tick=True):
        assert not is_accepted(app, stolen)
        assert is_accepted(app, issue(app, client))


def test_an_id_that_begins_with_a_dash_is_not_an_option(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["signing-keys", "delete", "-I8mCw8n9nbmUbkLp", "--yes"])
    assert done.stderr == "Error: Unknown key -I8mCw8n9nbmUbkLp. See `flask signing-keys list`.\n"


def test_a_key_encrypted_with_another_secret_is_replaced(make_app: MakeApp, environ: dict[str, str]) -> None:
    app = make_app()
    client = create_service_client(app)
    before = issue(app, client)
    later = make_app(secret_key="another secret key with many letters in it")
    after = issue(later, client)
    assert kid(after) != kid(before)
    assert is_accepted(later, before)
    done = later.test_cli_runner().invoke(
        args=["doctor", "--json"], env=environ | {"APP_SECRET_KEY": "another secret key with many letters in it"}
    )
    assert "warning" in [line["status"] for line in json.loads(done.stdout) if line["check"] == "signing keys"]


@pytest.mark.usefixtures("without_tables")
def test_doctor_skips_the_keys_if_the_database_has_no_tables(app: Flask, environ: dict[str, str]) -> None:
    done = app.test_cli_runner().invoke(args=["doctor", "--json"], env=environ)
    assert [line["status"] for line in json.loads(done.stdout) if line["check"] == "signing keys"] == ["skipped"]


def test_tokens_verify_with_the_published_keys(app: Flask) -> None:
    keys = KeySet.import_key_set(app.test_client().get(JWKS).json)
    found = jwt.decode(issue(app, create_service_client(app)), keys, algorithms=["ES256"])
    assert found.claims["iss"] == ADDRESS


@pytest.mark.control("J1")
def test_a_signed_token_that_was_not_issued_is_rejected(app: Flask, service: ModuleType) -> None:
    client = create_service_client(app)
    real = issue(app, client)
    with app.app_context():
        key = service.core.auth.backend.server.signing_keys.get_signing_key()
        claims = {**jwt.decode(real, key, algorithms=["ES256"]).claims, "jti": "made-up"}
        forged = jwt.encode({"typ": "at+jwt", "alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])
    assert is_accepted(app, real)
    assert not is_accepted(app, forged)


@pytest.mark.control("J9")
@pytest.mark.control("J2")
def test_unknown_key_ids_are_rejected_and_nothing_is_fetched(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    real = issue(app, create_service_client(app))
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("something was fetched"))
    mine = ECKey.generate_key("P-256")
    claims = jwt.decode(real, KeySet.import_key_set(app.test_client().get(JWKS).json), algorithms=["ES256"]).claims
    names = ["x", "../../etc/passwd", "' OR 1=1 --", "https://evil.example/key", mine.thumbprint(), kid(real), ""]
    for name in names:
        header = {"typ": "at+jwt", "alg": "ES256", "kid": name, "jwk": mine.as_dict(private=False)}
        assert not is_accepted(app, jwt.encode(header, claims, mine, algorithms=["ES256"]))


@pytest.mark.control("J10")
def test_a_caller_is_identified_by_the_subject(app: Flask) -> None:
    client = create_service_client(app)
    me = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {issue(app, client)}"}).json
    assert me["id"] == client["id"]
    assert not is_accepted(app, issue(app, client)[:-4] + "AAAA")
