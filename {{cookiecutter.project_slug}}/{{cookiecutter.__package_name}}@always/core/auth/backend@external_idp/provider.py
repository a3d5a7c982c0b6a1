"""The signing keys of the provider, found by discovery (OpenID Connect Discovery 1.0, section 4; RFC 7517).

A background thread fetches them, one fetch at a time. A request with a known key waits for it only after a pause, in
which the provider may have withdrawn the key. A request with an unknown key starts a fetch, if the last one is old
enough, and waits for it for a limited time. While the provider is unavailable, the known keys remain valid and tokens
with an unknown key are rejected.
"""

import logging
import time
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from marshmallow import ValidationError

from .fetching import ProviderUnavailable
from .settings import TENANT
from .url_fields import HttpsOrigin

log = logging.getLogger(__name__)
MIN_INTERVAL = 10.0  # seconds between two fetches, however many tokens have unknown keys
REQUEST_TIMEOUT = 3.0  # seconds that a request waits for a fetch
MAX_AGE = 10  # refresh intervals after which a request with a known key waits for a fetch
READINESS_TIMEOUT = 0.5  # seconds that a readiness check waits for the first fetch
MAX_KEYS = 100
_WEAK_MODULUS = 341  # base64url characters; a modulus of 2048 bits has 342
_KEY_TYPES: dict[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
Fetch = Callable[[str], dict[str, Any]]


class Provider:
    """The keys that an issuer publishes; fetched again when they are ``refresh_interval`` seconds old.

    Without ``keys_url`` the metadata name the URL of the keys.
    """

    def __init__(self, issuer: str, metadata_url: str, keys_url: str, fetch: Fetch, refresh_interval: float) -> None:
        self._issuer = issuer
        self._metadata_url = metadata_url
        self._keys_url = keys_url
        self._fetch = fetch
        self._refresh_interval = refresh_interval
        self._keys: Mapping[str, Key] = {}
        self._last_attempt = self._fetched = float("-inf")  # by the monotonic clock
        self.token_origin: str | None = None  # of the token endpoint in the metadata
        self._unavailable = False
        self._running: Event | None = None  # set when the running fetch ends
        self._lock = Lock()

    def find_key(self, kid: str) -> Key | None:
        """Return the issuer's key with this id, if there is one, after at most ``REQUEST_TIMEOUT`` seconds."""
        if key := self._keys.get(kid):
            outdated = time.monotonic() - self._fetched > MAX_AGE * self._refresh_interval
            fetch, _ = self._start_fetch(self._refresh_interval)
            if fetch is None or self._unavailable or not outdated:
                return key
            fetch.wait(REQUEST_TIMEOUT)
            return self._keys.get(kid)
        was_unavailable = self._unavailable
        fetch, started_here = self._start_fetch(MIN_INTERVAL)
        # During an outage only the request that started the fetch waits for it.
        if fetch is not None and (started_here or not was_unavailable):
            fetch.wait(REQUEST_TIMEOUT)
        return self._keys.get(kid)

    def is_available(self) -> bool:
        """Return whether the last fetch succeeded; start another one in the background if it is old."""
        fetch, _ = self._start_fetch(MIN_INTERVAL if self._unavailable else self._refresh_interval)
        if fetch is not None and not self._keys:
            fetch.wait(READINESS_TIMEOUT)
        return bool(self._keys) and not self._unavailable

    def _start_fetch(self, min_interval: float) -> tuple[Event | None, bool]:
        """Start a fetch unless one is running or the last one started less than ``min_interval`` seconds ago.

        Return the running fetch, if any, and whether this call started it.
        """
        with self._lock:
            if self._running is not None:
                return self._running, False
            if time.monotonic() - self._last_attempt < min_interval:
                return None, False
            self._last_attempt = time.monotonic()
            done = self._running = Event()
            try:
                Thread(target=self._run_fetch, args=(done,), name="provider", daemon=True).start()
            except RuntimeError:  # the system has no thread left: a later request tries again
                self._running = None
                return None, False
        return done, True

    def _run_fetch(self, done: Event) -> None:
        try:
            self._keys, self._fetched = self.fetch_keys(), time.monotonic()
            if self._unavailable:
                log.warning("the identity provider is available again")
            self._unavailable = False
        except ProviderUnavailable as error:
            if not self._unavailable:
                log.warning("the identity provider is unavailable; its known keys remain valid (%s)", error)
            self._unavailable = True
        finally:
            self._running = None
            done.set()

    def fetch_keys(self) -> Mapping[str, Key]:
        """Return the keys that the provider currently publishes. Raises ``ProviderUnavailable``."""
        url = self._keys_url or self._discover()
        published = self._fetch(url).get("keys")
        candidates = published[:MAX_KEYS] if isinstance(published, list) else []
        if TENANT in self._issuer:
            # A key of one tenant must not sign the tokens of another one.
            candidates = [
                jwk for jwk in candidates if isinstance(jwk, dict) and TENANT in str(jwk.get("issuer", TENANT))
            ]
        keys = {str(key.kid): key for key in map(_signing_key, reversed(candidates)) if key is not None}
        if not keys:
            raise ProviderUnavailable(f"{url!a} contains no usable signing key")
        return keys

    def _discover(self) -> str:
        metadata = self._fetch(self._metadata_url)
        if metadata.get("issuer") != self._issuer:
            raise ProviderUnavailable(f"{self._metadata_url} describes a different issuer: {metadata.get('issuer')!a}")
        self.token_origin = _https_origin(metadata.get("token_endpoint"))
        return str(metadata.get("jwks_uri"))


def _https_origin(url: Any) -> str | None:
    try:
        parts = urlsplit(str(url))
        return HttpsOrigin().deserialize(f"{parts.scheme}://{parts.netloc}")
    except (ValueError, ValidationError):
        return None


def _signing_key(jwk: Any) -> Key | None:
    """Return the key if it can verify signatures, otherwise None: a key set may contain other keys as well."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    key_type, kid = _KEY_TYPES.get(str(jwk.get("kty"))), jwk.get("kid")
    if key_type is None or not isinstance(kid, str):
        return None
    if key_type is RSAKey and len(str(jwk.get("n"))) <= _WEAK_MODULUS:
        return None
    if key_type is OKPKey and jwk.get("crv") != "Ed25519":  # the algorithm EdDSA would accept other curves
        return None
    try:
        return key_type.import_key(jwk)
    except Exception:  # the libraries raise various exceptions for an invalid key
        return None
