"""The provider's keys: how they are found, followed and kept, and what happens while it is away."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from credentials import provider as of_all_tests
from flask import Flask
from flask.testing import FlaskClient
from identity_provider import IdentityProvider
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

MakeApp = Callable[..., Flask]
Status = Callable[[str], int]
ME = "/api/v1/me"
KEYS = "/keys"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    """A provider that the test may do anything to."""
    provider = IdentityProvider()
    yield provider
    provider.close()


@pytest.fixture
def client(make_app: MakeApp, provider: IdentityProvider) -> FlaskClient:
    return make_app(**provider.settings, limits_failed_authentications="1000/minute").test_client()


@pytest.fixture
def status(client: FlaskClient) -> Status:
    """Call with a token and return the status of the answer."""
    return lambda token: client.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.fixture
def soon(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let unknown keys be looked for again at once."""
    monkeypatch.setattr(service.auth.identity.provider, "RETRY", 0.0)


def test_the_keys_are_fetched_when_they_are_first_needed(
    client: FlaskClient, status: Status, provider: IdentityProvider
) -> None:
    assert client.get(ME).status_code == 401
    assert provider.asked == []
    assert [status(provider.token()) for _ in range(3)] == [200, 200, 200]
    assert provider.asked == ["/.well-known/openid-configuration", KEYS]


@pytest.mark.control("J9")
def test_unknown_keys_cause_one_fetch_in_a_while(status: Status, provider: IdentityProvider) -> None:
    assert status(provider.token()) == 200
    asked = len(provider.asked)
    for _ in range(25):
        provider.rotate()
        provider.published = provider.published[1:]
        assert status(provider.token()) == 401
    assert provider.asked[asked:].count(KEYS) <= 1


@pytest.mark.control("J9")
def test_a_new_key_works_as_soon_as_keys_are_looked_for_again(
    status: Status, provider: IdentityProvider, soon: None
) -> None:
    before = provider.token()
    assert status(before) == 200
    provider.rotate()
    assert status(provider.token()) == 200
    assert status(before) == 200


@pytest.mark.control("J9")
def test_a_key_that_is_withdrawn_ends(
    make_app: MakeApp, provider: IdentityProvider, service: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_app(**provider.settings).test_client()
    monkeypatch.setattr(client.application.extensions["trusted"].provider, "_refresh", 0.0)
    monkeypatch.setattr(service.auth.remembered, "SECONDS", 0.0)
    old = {"Authorization": f"Bearer {provider.token()}"}
    assert client.get(ME, headers=old).status_code == 200
    provider.rotate()
    provider.published = provider.published[:1]
    deadline = time.monotonic() + 5
    while client.get(ME, headers=old).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert client.get(ME, headers=old).status_code == 401


@pytest.mark.control("J2")
def test_nothing_that_a_token_names_is_fetched(status: Status, provider: IdentityProvider) -> None:
    own = ECKey.generate_key("P-256", auto_kid=True)
    provider.metadata["own"] = "/own"
    header = {"alg": "ES256", "typ": "at+jwt", "kid": f"{provider.issuer}/own", "jku": f"{provider.issuer}/own"}
    assert status(jwt.encode(header | {"x5u": f"{provider.issuer}/own"}, {"iss": provider.issuer}, own)) == 401
    assert "/own" not in provider.asked


def test_while_the_provider_is_away_known_keys_work_and_others_do_not(
    client: FlaskClient, status: Status, provider: IdentityProvider, soon: None
) -> None:
    assert status(provider.token()) == 200
    provider.stop()
    known = provider.token()
    assert status(known) == 200
    provider.rotate()
    unknown = provider.token()
    assert status(unknown) == 401
    assert status(known) == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["parts"]["provider"] == "unavailable"
    provider.start(provider.port)
    deadline = time.monotonic() + 5
    while status(unknown) == 401 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert status(unknown) == 200
    assert client.application.extensions["trusted"].provider.answers()


def test_keys_that_many_need_at_once_are_fetched_once(make_app: MakeApp, provider: IdentityProvider) -> None:
    app = make_app(**provider.settings)
    headers = [{"Authorization": f"Bearer {provider.token(f'caller-{number}')}"} for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda one: app.test_client().get(ME, headers=one).status_code, headers))
    assert statuses == [200] * 24
    assert provider.asked.count(KEYS) == 1


def test_readyz_tells_when_the_provider_is_there(client: FlaskClient, status: Status) -> None:
    assert client.get("/readyz").json["parts"]["provider"] == "ok"


def test_a_provider_that_is_away_at_the_start_stops_nothing(
    client: FlaskClient, status: Status, provider: IdentityProvider, soon: None
) -> None:
    provider.stop()
    assert status(provider.token()) == 401
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json["parts"]["provider"] == "unavailable"
    provider.start(provider.port)
    deadline = time.monotonic() + 5
    while status(provider.token()) == 401 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert status(provider.token()) == 200


def test_a_frozen_provider_holds_up_one_request_for_seconds_at_most(
    client: FlaskClient, status: Status, provider: IdentityProvider
) -> None:
    assert status(provider.token()) == 200
    provider.rotate()
    unknown = provider.token()
    provider.answers.clear()
    trusted = client.application.extensions["trusted"].provider
    trusted._tried = float("-inf")
    begun = time.monotonic()
    assert status(unknown) == 401
    assert time.monotonic() - begun < 4
    begun = time.monotonic()
    assert [status(unknown) for _ in range(5)] == [401] * 5
    assert client.get("/readyz").status_code == 200
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "https://elsewhere.example"}, "describes another issuer"),
        ({"issuer": None}, "describes another issuer"),
        ({"jwks_uri": "http://localhost/keys"}, "is not https"),
        ({"jwks_uri": "file:///etc/passwd"}, "is not https"),
        ({"jwks_uri": None}, "is not https"),
        ({"jwks_uri": "https://localhost:1/keys"}, "https://localhost:1/keys"),
        ({"jwks_uri": "https://[/keys"}, r"https://\[/keys"),
        ({"padding": "x" * 300_000}, "too long"),
    ],
)
def test_metadata_that_are_wrong_are_not_believed(
    client: FlaskClient, status: Status, provider: IdentityProvider, change: dict[str, Any], reason: str, service: Any
) -> None:
    provider.metadata = change
    assert status(provider.token()) == 401
    with pytest.raises(service.auth.identity.fetching.Unreachable, match=reason):
        client.application.extensions["trusted"].provider.published()


def test_a_provider_whose_certificate_is_not_trusted_is_not_asked(
    make_app: MakeApp, provider: IdentityProvider, service: Any
) -> None:
    app = make_app(**{**provider.settings, "provider_ca": str(of_all_tests().ca)})
    with pytest.raises(service.auth.identity.fetching.Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        app.extensions["trusted"].provider.published()
    assert provider.asked == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_that_cannot_be_read_stops_the_start(
    make_app: MakeApp, provider: IdentityProvider, service: Any, tmp_path: Path, content: str | None
) -> None:
    if content:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(service.settings.StartRefused, match="APP_PROVIDER_CA"):
        make_app(**{**provider.settings, "provider_ca": "ca.pem"})


def test_a_redirect_is_not_followed(client: FlaskClient, provider: IdentityProvider, service: Any) -> None:
    provider.redirects[KEYS] = f"{provider.issuer}/elsewhere"
    with pytest.raises(service.auth.identity.fetching.Unreachable, match="answers 302"):
        client.application.extensions["trusted"].provider.published()
    assert "/elsewhere" not in provider.asked


def test_a_key_set_may_hold_keys_that_are_of_no_use(status: Status, provider: IdentityProvider) -> None:
    provider.published = [
        {"kty": "RSA", "kid": "weak", "n": "AQAB" * 43, "e": "AQAB"},
        OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True),
        {"kty": "AKP", "kid": "from the future", "alg": "ML-DSA-65"},
        {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "AA", "y": "AA"},
        ECKey.generate_key("P-256", {"use": "enc", "kid": "for encryption"}).as_dict(private=False),
        {"kty": "EC", "kid": 1},
        {"kty": ["EC"], "kid": "odd"},
        OKPKey.generate_key("X25519", {"kid": "for agreement"}).as_dict(private=False),
        "no key",
        None,
        *provider.published,
    ]
    assert status(provider.token()) == 200


@pytest.mark.control("J1")
def test_a_published_secret_checks_no_signature(make_app: MakeApp, provider: IdentityProvider) -> None:
    """Were a provider to publish one, everybody could sign."""
    secret = OctKey.generate_key(256, {"kid": "secret"})
    provider.published.append(secret.as_dict(private=True))
    client = make_app(**provider.settings).test_client()
    forged = jwt.encode({"alg": "HS256", "typ": "at+jwt", "kid": "secret"}, {"iss": provider.issuer}, secret)
    assert client.get(ME, headers={"Authorization": f"Bearer {forged}"}).status_code == 401


def test_an_empty_key_set_takes_no_known_key_away(
    client: FlaskClient, status: Status, provider: IdentityProvider, soon: None
) -> None:
    known = provider.token()
    assert status(known) == 200
    provider.published = []
    provider.rotate()
    provider.published = []
    assert status(provider.token()) == 401
    assert status(known) == 200


def test_the_doctor_finds_a_provider_that_is_away(make_app: MakeApp, provider: IdentityProvider, service: Any) -> None:
    app = make_app(**provider.settings)
    check, _ = service.auth.identity.checks
    assert list(check.look(app)) == []
    provider.stop()
    (finding,) = check.look(app)
    assert str(provider.port) in finding.told
    provider.start(provider.port)
