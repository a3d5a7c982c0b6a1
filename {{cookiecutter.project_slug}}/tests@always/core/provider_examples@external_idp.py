"""Services with the settings that ``docs/authentication.md`` shows for a provider, and calls with its tokens.

The tokens have the claims that the provider sends, and are signed by a key of the tests.
"""

import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from tests.core.package import ROOT
from tests.core.registry import registered

MakeApp = Callable[..., Flask]
DOCS = ROOT / "docs" / "authentication.md"
ME = "/api/v1/me"
KEYS: dict[str, RSAKey | ECKey] = {
    "one": RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}),
    "two": ECKey.generate_key("P-384", {"kid": "two", "use": "sig"}),
}
UNTYPED = {"alg": "RS256", "kid": "one"}


def documented() -> dict[str, str]:
    """Return the settings in the documentation by their heading; the second block of a heading has the suffix 2."""
    blocks: dict[str, str] = {}
    for heading, text in re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for number, block in enumerate(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)):
            blocks[heading if number == 0 else f"{heading} {number + 1}"] = block
    return blocks


@pytest.fixture
def configured(
    make_app: MakeApp, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], FlaskClient]:
    """Return a client of a service with the documented settings of a provider, or with the given TOML."""

    def make(name: str) -> FlaskClient:
        block = documented().get(name, name).replace("orders:", "probes:").replace("Orders.", "Probes.")
        for variable in ("ISSUER", "CA", "AUDIENCE"):  # of the provider of the other tests
            environ.pop(f"APP_PROVIDER_{variable}")
        path = Path(environ["APP_SETTINGS"])
        others = re.sub(r"^\[provider\].*?(?=^\[|\Z)", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
        path.write_text(f"{others}\n{block}")
        provider = tomllib.loads(block)["provider"]
        issuer, keys = provider["issuer"], provider.get("keys", "https://keys.example")
        metadata = provider.get("metadata", issuer.rstrip("/") + "/.well-known/openid-configuration")
        published = {
            metadata: {"issuer": issuer, "jwks_uri": keys},
            keys: {"keys": [key.as_dict(private=False) for key in KEYS.values()]},
        }
        app = make_app()
        monkeypatch.setattr(registered(app, "TrustedIssuer").provider, "_fetch", published.__getitem__)
        return app.test_client()

    return make


def call(client: FlaskClient, header: dict[str, Any], claims: dict[str, Any], path: str = ME) -> Any:
    now = int(time.time())
    content = {"iat": now, "nbf": now, "exp": now + 300, **claims}
    registry = jws.JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)  # Clerk has a header of its own
    token = jwt.encode(header, content, KEYS[header["kid"]], registry=registry, default_type=None)
    return client.get(path, headers={"Authorization": f"Bearer {token}"})
