"""The id and the scopes of a caller, as the claims of its token and the settings determine them."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from tests.core.credentials import provider

MakeApp = Callable[..., Flask]
Later = Callable[[float], AbstractContextManager[None]]
ME = "/api/v1/me"


def me(app: Flask, **claims: Any) -> Any:
    """Call with a token that has these claims."""
    token = provider().token(**claims)
    return app.test_client().get(ME, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "probes:read probes:write openid"}, ["probes:read", "probes:write"]),
        ({"scope": ["probes:read"]}, ["probes:read"]),
        ({"scope": None, "scp": ["probes:read", "probes:write"]}, ["probes:read", "probes:write"]),
        ({"scope": None, "scp": "probes:read"}, ["probes:read"]),
        ({"scope": "probes:read", "scp": "probes:read probes:write"}, ["probes:read"]),
        ({"scope": ""}, []),
        ({"scope": None}, []),
        ({"scope": "PROBES:READ probes:readx probes"}, []),
        ({"scope": "probes:read\u00a0probes:write"}, []),
    ],
)
def test_scopes_are_read_from_scope_or_scp(app: Flask, claims: dict[str, Any], scopes: list[str]) -> None:
    assert me(app, **claims).json["scopes"] == scopes


@pytest.mark.parametrize("value", [1, True, {"probes:read": True}, [1], ["probes:read", None], [["probes:read"]]])
@pytest.mark.control("J6")
def test_scopes_of_another_type_are_rejected(app: Flask, value: Any) -> None:
    assert me(app, scope=value).status_code == 401


def test_roles_grant_the_scopes_of_the_settings(make_app: MakeApp) -> None:
    app = make_app(
        provider_roles_claim="realm_access,roles",
        provider_role_scopes="reader=probes:read, editor=probes:read probes:write, k=v=probes:read",
    )
    for roles, scopes in (
        (["reader"], ["probes:read"]),
        (["editor", "other"], ["probes:read", "probes:write"]),
        ("reader k=v", ["probes:read"]),
        (["admin", "probes:write"], []),
        ([], []),
    ):
        assert me(app, scope="openid", realm_access={"roles": roles}).json["scopes"] == scopes
    assert me(app, scope="admin", realm_access={"roles": ["reader"]}).json["scopes"] == ["admin", "probes:read"]
    for elsewhere in ({}, {"realm_access": []}, {"realm_access": {"roles": None}}, {"roles": ["editor"]}):
        assert me(app, scope="openid", **elsewhere).json["scopes"] == []
    assert me(app, scope="openid", realm_access={"roles": [{"name": "editor"}]}).status_code == 401


def test_roles_may_be_the_names_of_an_object(make_app: MakeApp) -> None:
    app = make_app(provider_roles_claim="urn:roles", provider_role_scopes="reader=probes:read, editor=probes:write")
    for roles, scopes in (
        ({"reader": {"252855702316398078": "acme.example"}}, ["probes:read"]),
        ({"reader": True, "editor": True}, ["probes:read", "probes:write"]),
        ({"reader": {}, "editor": False}, []),
        ({}, []),
    ):
        assert me(app, scope="openid", **{"urn:roles": roles}).json["scopes"] == scopes


def test_a_prefix_of_scopes_is_removed_and_scopes_without_it_are_ignored(make_app: MakeApp) -> None:
    app = make_app(provider_scope_prefix="acme-api/")
    assert me(app, scope="openid acme-api/probes:read probes:write other/admin").json["scopes"] == ["probes:read"]
    assert me(app, scope=["acme-api/probes:write"]).json["scopes"] == ["probes:write"]


@pytest.mark.control("J10")
def test_a_caller_is_identified_by_issuer_and_subject(service: ModuleType) -> None:
    name: Callable[[str, str], str] = service.core.auth.backend.trusted_issuer.id_of
    issuers = ("https://a.example", "https://b.example", "https://a.example/b")
    subjects = ("ada", "ADA", "b#ada", "x" * 255, "x" * 254 + "y", "é" * 255)
    names = {name(issuer, subject) for issuer in issuers for subject in subjects}
    assert len(names) == len(issuers) * len(subjects)
    assert max(map(len, names)) <= 255
    assert name("https://a.example", "ada") == "https://a.example#ada"


def test_a_caller_is_found_by_its_subject(app: Flask, service: ModuleType) -> None:
    """``caller_id`` accepts a subject or an id."""
    ada = me(app, subject="ada").json["id"]
    with app.app_context(), service.core.database.connect() as connection:
        assert [service.core.auth.backend.caller_id(connection, name) for name in ("ada", ada)] == [ada, ada]


@pytest.mark.control("J10")
def test_another_subject_is_another_caller(app: Flask) -> None:
    assert me(app, subject="ada").json["id"] != me(app, subject="eve").json["id"]
    assert me(app, subject="ada").json["id"] == me(app, subject="ada").json["id"]


@pytest.mark.parametrize("subject", ["x" * 255, "Zoë Ω", "a' OR 1=1 --", "%"])
def test_any_subject_can_own_an_object(app: Flask, subject: str) -> None:
    token = provider().token(subject, "probes:read probes:write")
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    created = client.post("/api/v1/probes", json={"name": "lamp"}, headers=headers)
    assert created.status_code == 201
    assert client.get(created.headers["Location"], headers=headers).status_code == 200


def test_the_credential_id_of_a_token_without_an_id_is_a_digest(make_app: MakeApp) -> None:
    app = make_app(provider_token_id_claim="none")
    ids = {me(app, jti=None).json["credential"] for _ in range(2)}
    assert all(len(each) == 16 for each in ids)
    assert me(make_app(), jti=None).status_code == 401


def test_a_cached_caller_is_rejected_after_its_token_expires(app: Flask, later: Later) -> None:
    now = int(time.time())
    headers = {"Authorization": f"Bearer {provider().token(exp=now + 2)}"}
    client = app.test_client()
    assert client.get(ME, headers=headers).status_code == 200
    with later(33):
        assert client.get(ME, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"provider_issuer": "http://a.example"}, "APP_PROVIDER_ISSUER is http://a.example, .*APP_PROVIDER_KEYS"),
        ({"provider_issuer": "login.example"}, "APP_PROVIDER_ISSUER is login.example, .*APP_PROVIDER_KEYS"),
        ({"provider_issuer": "project?one", "provider_keys": "https://a.example"}, "APP_PROVIDER_ISSUER"),
        ({"provider_issuer": "project one", "provider_keys": "https://a.example"}, "APP_PROVIDER_ISSUER"),
        ({"provider_issuer": "ftp://a.example", "provider_keys": "https://a.example"}, "APP_PROVIDER_ISSUER"),
        ({"provider_issuer": "", "provider_keys": "https://a.example"}, "APP_PROVIDER_ISSUER"),
        (
            {"provider_issuer": "one", "provider_keys": "https://a.example", "provider_docs_client": "docs"},
            "APP_PROVIDER_DOCS_CLIENT .*APP_PROVIDER_METADATA",
        ),
        ({"provider_token_types": "JWT", "provider_client_claim": "sub"}, "APP_PROVIDER_CLIENT_CLAIM is sub.*_RULE"),
        ({"provider_subject_claim": ""}, "APP_PROVIDER_SUBJECT_CLAIM"),
        ({"provider_subject_claim": "sub,email"}, "APP_PROVIDER_SUBJECT_CLAIM .* never changes"),
        ({"provider_issuer": "ftp://a.example"}, "APP_PROVIDER_ISSUER .* https://host/path"),
        ({"provider_metadata": "http://a.example"}, "APP_PROVIDER_METADATA .* https://host/path"),
        ({"provider_issuer": "https://a.example?x=1"}, "APP_PROVIDER_ISSUER"),
        ({"provider_issuer": "https://u@a.example"}, "APP_PROVIDER_ISSUER"),
        ({"provider_issuer": "https://a.example/" + "x" * 200}, "APP_PROVIDER_ISSUER .* 190"),
        ({"provider_issuer": "Local"}, "APP_PROVIDER_ISSUER"),
        ({"provider_algorithms": "HS256"}, "APP_PROVIDER_ALGORITHMS"),
        ({"provider_algorithms": "none"}, "APP_PROVIDER_ALGORITHMS"),
        ({"provider_algorithms": ""}, "APP_PROVIDER_ALGORITHMS"),
        ({"provider_token_types": "id+jwt"}, "APP_PROVIDER_TOKEN_TYPES"),
        ({"provider_audience_claim": "client_id", "provider_audience": ""}, "APP_PROVIDER_AUDIENCE to the values"),
        ({"provider_subject_claim": "email"}, "APP_PROVIDER_SUBJECT_CLAIM .* never changes"),
        ({"provider_subject_claim": "upn"}, "APP_PROVIDER_SUBJECT_CLAIM"),
        ({"provider_subject_claim": "preferred_username"}, "APP_PROVIDER_SUBJECT_CLAIM"),
        ({"provider_subject_claim": "name"}, "APP_PROVIDER_SUBJECT_CLAIM"),
        ({"provider_access_token_rule": "roles"}, "APP_PROVIDER_ACCESS_TOKEN_RULE .* ID tokens too"),
        ({"provider_access_token_rule": "scp, ver=2.0"}, "APP_PROVIDER_ACCESS_TOKEN_RULE .* ver may be in ID tokens"),
        ({"provider_access_token_rule": "=access"}, "APP_PROVIDER_ACCESS_TOKEN_RULE .* token_use=access"),
        ({"provider_access_token_rule": "token_use="}, "APP_PROVIDER_ACCESS_TOKEN_RULE"),
        ({"provider_role_scopes": "reader=probes:raed"}, "unknown scope 'probes:raed'"),
        ({"provider_role_scopes": "reader"}, "APP_PROVIDER_ROLE_SCOPES"),
        ({"provider_leeway": "61"}, "APP_PROVIDER_LEEWAY .* 0 to 60"),
        ({"provider_metadata": "http://a.example"}, "APP_PROVIDER_METADATA"),
    ],
)
@pytest.mark.control("J1")
def test_an_unsafe_setting_prevents_startup(
    make_app: MakeApp, service: ModuleType, settings: dict[str, str], sentence: str
) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=sentence):
        make_app(**settings)
