"""A local issuer, so that development needs no provider: its key lies in ``var/`` on this machine.

Whoever can read that file can be anybody, so it is refused in production.
"""

import json
import os
import time
import uuid
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

LOCAL = "local"
# A name that no provider can have (RFC 6761, section 6.4).
ISSUER = "https://local.invalid"
ALGORITHM = "ES256"
CLIENT = "development"


class LocalIssuer:
    """Issues tokens of the shape of RFC 9068, and knows the key that they are signed with."""

    def __init__(self, root: Path, audience: str) -> None:
        self._path = root / "var" / "local-issuer.json"
        self._audience = audience

    def issue(self, subject: str, scopes: Collection[str], seconds: int) -> str:
        """Return a new token."""
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

    def find(self, kid: str) -> ECKey | None:
        """Return the key of this name, if it is that of the local issuer."""
        key = self._key()
        return key if key.kid == kid else None

    def _key(self) -> ECKey:
        """Return the key; the first call on a machine makes it, readable by its owner alone."""
        try:
            return ECKey.import_key(json.loads(self._path.read_text("utf-8")))
        except FileNotFoundError:
            key = ECKey.generate_key("P-256", auto_kid=True)
        self._path.parent.mkdir(exist_ok=True)
        # Under another name first: whoever reads it meanwhile must not see half of it, and one of two makers wins.
        draft = self._path.with_suffix(f".{os.getpid()}")
        draft.touch(0o600)
        draft.write_text(json.dumps(key.as_dict(private=True)), "utf-8")
        with suppress(FileExistsError):
            self._path.hardlink_to(draft)
        draft.unlink()
        return self._key()
