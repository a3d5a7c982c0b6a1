"""A local issuer of access tokens, so that development needs no identity provider. Its key is a file in ``var/``.

Anyone who can read that file can issue tokens for any user, so the service refuses this issuer in production.
"""

import json
import secrets
import time
import uuid
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

LOCAL = "local"
# The top-level domain .invalid is reserved, so no provider has this URL (RFC 6761, section 6.4).
ISSUER = "https://local.invalid"
ALGORITHM = "ES256"
CLIENT = "development"


class LocalIssuer:
    """Issues access tokens in the format of RFC 9068, signed with a key of its own."""

    def __init__(self, root: Path, audience: str) -> None:
        self._path = root / "var" / "local-issuer.json"
        self._audience = audience

    def issue(self, subject: str, scopes: Collection[str], seconds: int) -> str:
        """Return a new token that expires after ``seconds``."""
        key, now = self._key(), int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": self._audience,
            "sub": subject,
            "client_id": CLIENT,
            "scope": " ".join(scopes),
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": now + seconds,
        }
        return jwt.encode({"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}, claims, key)

    def find_key(self, kid: str) -> ECKey | None:
        """Return the key if it has this id."""
        key = self._key()
        return key if key.kid == kid else None

    def _key(self) -> ECKey:
        """Return the key. The first call on a machine creates it, readable by the current user only."""
        try:
            return ECKey.import_key(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            key = ECKey.generate_key("P-256", auto_kid=True)
        self._path.parent.mkdir(exist_ok=True)
        # Write a file of its own and link it: a reader never sees half a key, and one of two concurrent writers wins.
        temporary = self._path.with_suffix(f".{secrets.token_hex(8)}")
        try:
            temporary.touch(0o600, exist_ok=False)
            temporary.write_text(json.dumps(key.as_dict(private=True)), "utf-8")
            with suppress(FileExistsError):
                self._path.hardlink_to(temporary)
        finally:
            temporary.unlink(missing_ok=True)
        return self._key()
