"""The form of a key: ``{app}_{live|test}_{id}_{secret}{checksum}``.

The id is 12 characters of base 62 and finds the key; the secret is 43 of them, some 256 bits; the checksum is the
CRC-32 of all before it, 6 characters, so that a typing error or a made-up key is refused without the database and a
scanner can tell a leaked key from a text that only looks like one.
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
_ID, _SECRET, _CHECKSUM = 12, 43, 6
_FORM = re.compile(rf"[a-z][a-z0-9]*_(?:live|test)_([0-9A-Za-z]{{{_ID}}})_[0-9A-Za-z]{{{_SECRET + _CHECKSUM}}}")


class NewKey(NamedTuple):
    """A key that was just made: its id, and the whole text, which is shown once and kept nowhere."""

    id: str
    text: str


class Digest(NamedTuple):
    """What is stored of a key: a keyed hash, and which pepper keyed it."""

    value: bytes
    pepper_id: str


def make() -> NewKey:
    """Return a new key. The first part names the service, the second tells production from the rest."""
    app = re.sub(r"[^a-z0-9]", "", current_app.name.rpartition(".")[2].lower())
    stage = "live" if get_settings(current_app, Settings).production else "test"
    key_id = _random(_ID)
    text = f"{app}_{stage}_{key_id}_{_random(_SECRET)}"
    return NewKey(key_id, text + _checksum(text))


def id_of(text: str) -> str | None:
    """Return the id in a key, or None when it is no key by form or checksum."""
    form = _FORM.fullmatch(text)
    if form is None or _checksum(text[:-_CHECKSUM]) != text[-_CHECKSUM:]:
        return None
    return form[1]


def digest(text: str) -> Digest:
    """Return what to store of a key (HMAC-SHA-256 under the pepper).

    Not a password hash: of 256 random bits nothing can be guessed, and a slow hash would only cost each caller time.
    """
    return _digest(get_settings(current_app, KeySettings).key_pepper, text)


def digest_under(pepper_id: str, text: str) -> bytes:
    """Return the hash of a key under the pepper that was used when it was stored; a random one if that is gone."""
    settings = get_settings(current_app, KeySettings)
    for pepper in (settings.key_pepper, settings.key_pepper_previous):
        if pepper and name_of(pepper) == pepper_id:
            return _digest(pepper, text).value
    return secrets.token_bytes(32)


def _digest(pepper: str, text: str) -> Digest:
    return Digest(hmac.digest(pepper.encode(), text.encode(), "sha256"), name_of(pepper))


@lru_cache(maxsize=8)
def name_of(pepper: str) -> str:
    """Return the name of a pepper, which tells nothing of it."""
    return hmac.digest(pepper.encode(), b"pepper id", "sha256").hex()[:16]


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(text: str) -> str:
    number, digits = crc32(text.encode()), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
