"""Signed tokens for the tests of ``auth.claims``: a valid one, and the same with changed headers and claims."""

import base64
import json
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

ISSUER = "https://issuer.example/realm"
AUDIENCE = "https://api.example"
SIGNER = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
RSA = RSAKey.generate_key(2048, {"kid": "two"})
P384 = ECKey.generate_key("P-384", {"kid": "three"})
FOR_ENCRYPTION = ECKey.generate_key("P-256", {"kid": "four", "use": "enc"})
KEYS = {str(key.kid): key for key in (SIGNER, RSA, P384, FOR_ENCRYPTION)}
GOOD_HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "one"}
MISSING = object()

Check = Callable[[str], Any]


def good_claims() -> dict[str, Any]:
    """Return claims that are valid for the next 60 seconds."""
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "client_id": "web",
        "iat": now,
        "exp": now + 60,
        "jti": "token-1",
        "scope": "probes:read",
    }


def changed(good: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return ``good`` with the changes; ``MISSING`` removes a name."""
    return {name: value for name, value in {**good, **changes}.items() if value is not MISSING}


def segment(value: Any) -> str:
    """Return bytes, or a value as JSON, encoded as a segment of a JWS."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(header: Any, claims: Any, key: Key = SIGNER, algorithm: str = "ES256") -> str:
    """Sign any header and claims, including invalid ones, which libraries refuse to sign."""
    text = f"{segment(header)}.{segment(claims)}"
    signature = jws.JWSRegistry.algorithms[algorithm].sign(text.encode(), key)
    return f"{text}.{segment(signature)}"


def token(header: dict[str, Any] | None = None, **claims: Any) -> str:
    """Return a valid token with these changes to its header and claims."""
    return signed(changed(GOOD_HEADER, header or {}), changed(good_claims(), claims))


@pytest.fixture
def rules(service: ModuleType) -> Any:
    """The rules that the tokens are validated against."""
    return service.core.auth.backend.claims.Rules(
        issuers=frozenset({ISSUER}), audiences=frozenset({AUDIENCE}), algorithms=frozenset({"ES256", "RS256"})
    )


@pytest.fixture
def check(service: ModuleType, rules: Any) -> Check:
    """Validate a token against ``rules`` and ``KEYS``."""
    return lambda text: service.core.auth.backend.claims.validate(text, rules, KEYS.get)


@pytest.fixture
def rejection(service: ModuleType, check: Check) -> Callable[[str], str]:
    """Return the reason for which a token is rejected."""

    def reject(text: str) -> str:
        with pytest.raises(service.core.auth.errors.AuthenticationError) as failure:
            check(text)
        return str(failure.value.reason)

    return reject
