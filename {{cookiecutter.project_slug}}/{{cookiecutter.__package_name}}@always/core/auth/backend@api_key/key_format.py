"""The format of an API key, ``{app}_{live|test}_{id}_{secret}{checksum}``, and the hash that is stored of it.

The id has 12 base62 characters and identifies the key. The secret has 43, about 256 bits. The checksum is the CRC-32 of
everything before it, in 6 characters: a mistyped or invented key is rejected without a database query, and a secret
scanner can distinguish a leaked key from other strings.
"""

import hmac
import re
import secrets
import string
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from flask import current_app

from ...settings import Settings, get_settings
from .settings import KeySettings

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID, _SECRET, _CHECKSUM = 12, 43, 6  # lengths
_FORMAT = re.compile(rf"[a-z][a-z0-9]*_(?:live|test)_([0-9A-Za-z]{{{_ID}}})_[0-9A-Za-z]{{{_SECRET + _CHECKSUM}}}")


class Digest(NamedTuple):
    """What the database stores of a key: a keyed hash, and the id of the pepper that is its key."""

    value: bytes
    pepper_id: str


def generate() -> tuple[str, str]:
    """Return the id of a new key and the key, which contains the name of the service and ``live`` in production."""
    app = re.sub(r"[^a-z0-9]", "", current_app.name.rpartition(".")[2].lower())
    stage = "live" if get_settings(current_app, Settings).production else "test"
    key_id = _random(_ID)
    key = f"{app}_{stage}_{key_id}_{_random(_SECRET)}"
    return key_id, key + _checksum(key)


def parse_id(key: str) -> str | None:
    """Return the id in a key, or None if the format or the checksum is wrong."""
    match = _FORMAT.fullmatch(key)
    if match is None or _checksum(key[:-_CHECKSUM]) != key[-_CHECKSUM:]:
        return None
    return match[1]


def digest(key: str, pepper: str | None = None) -> Digest:
    """Return the HMAC-SHA-256 of a key under a pepper, by default the current one.

    A slow password hash is not needed: 256 random bits cannot be guessed.
    """
    pepper = pepper or get_settings(current_app, KeySettings).key_pepper
    return Digest(hmac.digest(pepper.encode(), key.encode(), "sha256"), id_of_pepper(pepper))


def digest_with(pepper_id: str, key: str) -> bytes | None:
    """Return the hash of a key under the pepper with this id, or None if no setting contains that pepper."""
    settings = get_settings(current_app, KeySettings)
    for pepper in (settings.key_pepper, settings.key_pepper_previous):
        if pepper and id_of_pepper(pepper) == pepper_id:
            return digest(key, pepper).value
    return None


@lru_cache(maxsize=8)
def id_of_pepper(pepper: str) -> str:
    """Return the id of a pepper, which reveals nothing about the pepper."""
    return hmac.digest(pepper.encode(), b"pepper id", "sha256").hex()[:16]


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(key: str) -> str:
    number, digits = crc32(key.encode()), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
