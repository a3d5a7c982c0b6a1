"""The local issuer, for development without a provider."""

import json
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import ModuleType

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey

MakeApp = Callable[..., Flask]
ME = "/api/v1/me"
LOCAL = {"environment": "development", "provider_issuer": "local"}
ISSUE = ["tokens", "issue", "--sub", "ada", "--scopes", "probes:read"]


@pytest.fixture
def local(make_app: MakeApp, environ: dict[str, str]) -> Flask:
    """The service in development, with the settings of a new service."""
    for name in ("APP_PROVIDER_AUDIENCE", "APP_PROVIDER_CA"):
        environ.pop(name)
    return make_app(**LOCAL)


def issued(app: Flask, *options: str) -> str:
    result = app.test_cli_runner().invoke(args=[*ISSUE, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return str(result.stdout.strip())


def test_a_token_of_the_local_issuer_works(local: Flask) -> None:
    response = local.test_client().get(ME, headers={"Authorization": f"Bearer {issued(local)}"})
    assert response.json["id"] == "https://local.invalid#ada"
    assert response.json["scopes"] == ["probes:read"]


def test_its_key_is_created_once_and_only_its_owner_can_read_it(local: Flask, environ: dict[str, str]) -> None:
    first = issued(local)
    key = Path(environ["APP_SETTINGS"]).parent / "var" / "local-issuer.json"
    assert os.name == "nt" or stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path.name for path in key.parent.iterdir()] == [key.name]
    issued(local)
    assert local.test_client().get(ME, headers={"Authorization": f"Bearer {first}"}).status_code == 200


def test_two_threads_that_need_the_first_key_use_the_same_one(
    service: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = service.core.auth.backend.local_issuer.LocalIssuer(tmp_path, "audience")
    both_have_written, link = Barrier(2, timeout=20), Path.hardlink_to

    def wait_and_link(path: Path, target: Path) -> None:
        both_have_written.wait()
        link(path, target)

    monkeypatch.setattr(Path, "hardlink_to", wait_and_link)
    with ThreadPoolExecutor(2) as pool:
        tokens = list(pool.map(lambda subject: issuer.issue(subject, ["probes:read"], 60), ("ada", "bob")))
    (file,) = (tmp_path / "var").iterdir()
    key = ECKey.import_key(json.loads(file.read_text("utf-8")))
    assert [jwt.decode(token, key, algorithms=["ES256"]).claims["sub"] for token in tokens] == ["ada", "bob"]


def test_a_key_that_cannot_be_written_leaves_no_file(
    service: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer = service.core.auth.backend.local_issuer.LocalIssuer(tmp_path, "audience")

    def fail(path: Path, content: str, encoding: str) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", fail)
        with pytest.raises(OSError, match="No space left"):
            issuer.issue("ada", ["probes:read"], 60)
    assert list((tmp_path / "var").iterdir()) == []
    assert issuer.issue("ada", ["probes:read"], 60)


def test_a_token_of_another_key_is_rejected(local: Flask, environ: dict[str, str]) -> None:
    token = issued(local)
    (Path(environ["APP_SETTINGS"]).parent / "var" / "local-issuer.json").unlink()
    issued(local)
    assert local.test_client().get(ME, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_no_provider_is_used(local: Flask) -> None:
    client = local.test_client()
    assert "provider" not in client.get("/readyz").json["dependencies"]
    assert "authorization_servers" not in client.get("/.well-known/oauth-protected-resource").json


def test_production_does_not_start_with_it(make_app: MakeApp, service: ModuleType) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match="APP_PROVIDER_ISSUER is local"):
        make_app(provider_issuer="local")


def test_with_a_provider_the_command_fails(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=ISSUE)
    assert result.exit_code == 1
    assert "Get tokens from that issuer." in result.output


@pytest.mark.parametrize(
    "options", [("--scopes", "probes:raed"), ("--scopes", ""), ("--sub", ""), ("--expires-in", "0")]
)
def test_an_invalid_option_is_reported(local: Flask, options: tuple[str, str]) -> None:
    assert local.test_cli_runner().invoke(args=[*ISSUE, *options]).exit_code == 2
