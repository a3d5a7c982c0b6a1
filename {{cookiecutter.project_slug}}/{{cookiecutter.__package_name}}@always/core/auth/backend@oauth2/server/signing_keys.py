"""Signing keys of the access tokens (RFC 7517) and their rotation.

A new key is published some minutes before it signs, so that resource servers that cache ``/.well-known/jwks.json``
already know it. The previous key stays published until its last token has expired. Private keys are encrypted with a
key derived from ``APP_SECRET_KEY``, so a copy of the database is not enough to sign tokens. A key that can be decrypted
neither with it nor with ``APP_SECRET_KEY_PREVIOUS`` does not sign any more. A key that retires signs only while no
other one can, even if it is newer because the clock of another machine is ahead.
"""

import json
import os
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from joserfc.jwk import ECKey
from sqlalchemy import ColumnElement, Connection, Select, delete, insert, or_, select, update

from ....clock import now
from ....database import AnyRow, connect, transaction
from ....settings import Settings, get_settings
from .. import revocations
from ..models import SigningKey
from ..settings import TokenSettings, secret_keys

ALGORITHM = "ES256"
MAX_CLOCK_SKEW = timedelta(minutes=1)
_NONCE_BYTES = 12


def find_published(connection: Connection) -> Sequence[AnyRow]:
    """Return the rows of all published keys, newest first; those that retire are at the end."""
    return connection.execute(_preferred_first(select(SigningKey.__table__).where(_is_published()))).all()


def find_public_key(key_id: str) -> ECKey | None:
    """Return the published public key with this id, or None."""
    query = select(SigningKey.public_jwk).where(SigningKey.id == key_id, _is_published())
    with connect() as connection:
        jwk = connection.execute(query).scalar()
    return None if jwk is None else _import_public(jwk)


def get_signing_key() -> ECKey:
    """Return the key that signs new tokens. Creates one if none can be decrypted."""
    query = select(SigningKey.__table__).where(_is_published(), SigningKey.signs_from <= now())
    with connect() as connection:
        rows = connection.execute(_preferred_first(query)).all()
    for row in rows:
        if key := decrypt(row):
            return key
    with transaction() as connection:
        rotate(connection, immediately=True)
    return get_signing_key()


def decrypt(row: AnyRow) -> ECKey | None:
    """Return the private key, or None if it was encrypted with a secret key that is not in the settings."""
    keys = (_decrypt(row.id, row.encrypted_private_key, _encryption_key(secret)) for secret in secret_keys(current_app))
    return next(filter(None, keys), None)


def needs_previous_secret(row: AnyRow) -> bool:
    """Return whether the private key can only be decrypted with APP_SECRET_KEY_PREVIOUS."""
    current = _encryption_key(get_settings(current_app, Settings).secret_key)
    return decrypt(row) is not None and _decrypt(row.id, row.encrypted_private_key, current) is None


def rotate(connection: Connection, *, immediately: bool = False) -> str:
    """Create the next signing key and return its id.

    It signs after the publication time of the settings, or immediately. In that case resource servers reject its tokens
    until they reload the published keys.
    """
    settings, created_at = get_settings(current_app, TokenSettings), now()
    delay = timedelta() if immediately else timedelta(minutes=settings.tokens_publish_minutes)
    signs_from = created_at + delay
    last_expiry = signs_from + timedelta(minutes=settings.tokens_minutes) + MAX_CLOCK_SKEW
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, private=True)
    key_id = key.thumbprint()
    connection.execute(update(SigningKey).where(SigningKey.retires_at.is_(None)).values(retires_at=last_expiry))
    connection.execute(
        insert(SigningKey).values(
            id=key_id,
            public_jwk=_public_jwk(key),
            encrypted_private_key=_encrypt(key_id, key.as_pem(private=True)),
            created_at=created_at,
            signs_from=signs_from,
        )
    )
    connection.execute(delete(SigningKey).where(SigningKey.retires_at < created_at))
    return key_id


def remove(connection: Connection, key_id: str) -> bool:
    """Delete a key, which invalidates every token that it signed; return whether it existed.

    Without the key that was to replace them, the other keys do not retire.
    """
    deleted = connection.execute(delete(SigningKey).where(SigningKey.id == key_id))
    if connection.execute(select(SigningKey.id).where(SigningKey.retires_at.is_(None))).first() is None:
        connection.execute(update(SigningKey).where(_is_published()).values(retires_at=None))
    revocations.bump(connection)
    return deleted.rowcount == 1


def _is_published() -> ColumnElement[bool]:
    return or_(SigningKey.retires_at.is_(None), SigningKey.retires_at > now())


def _preferred_first(query: Select[Any]) -> Select[Any]:
    return query.order_by(SigningKey.retires_at.is_not(None), SigningKey.created_at.desc(), SigningKey.id)


def _public_jwk(key: ECKey) -> str:
    return json.dumps({**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM})


@lru_cache(maxsize=16)
def _import_public(jwk: str) -> ECKey:
    return ECKey.import_key(json.loads(jwk))


@lru_cache(maxsize=16)
def _decrypt(key_id: str, encrypted: bytes, encryption_key: bytes) -> ECKey | None:
    try:
        pem = AESGCM(encryption_key).decrypt(encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:], key_id.encode())
    except InvalidTag:
        return None
    return ECKey.import_key(pem, {"kid": key_id, "use": "sig", "alg": ALGORITHM})


def _encrypt(key_id: str, pem: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    secret = get_settings(current_app, Settings).secret_key
    return nonce + AESGCM(_encryption_key(secret)).encrypt(nonce, pem, key_id.encode())


def _encryption_key(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"signing keys").derive(secret.encode())
