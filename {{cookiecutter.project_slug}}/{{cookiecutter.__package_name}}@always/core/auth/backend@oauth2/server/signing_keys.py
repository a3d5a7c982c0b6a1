"""The keys that sign access tokens (RFC 7517): published, then signing, then retired.

A new key is published before it signs, so that whoever keeps a copy of ``/.well-known/jwks.json`` knows it in time;
the one before stays published until its last token has ended. The private part is sealed under a key that is derived
from ``SECRET_KEY``: a copy of the database alone signs nothing. A key that does not open any more signs no more.
"""

import json
import os
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from joserfc.jwk import ECKey
from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from ....clock import now
from ....database import AnyRow, connect, transaction
from ....settings import Settings, get_settings
from .. import revocations
from ..models import SigningKey
from ..settings import TokenSettings

ALGORITHM = "ES256"
CLOCKS_DIFFER = timedelta(minutes=1)
_NONCE = 12


def published(connection: Connection) -> Sequence[AnyRow]:
    """Return the keys that tokens may be signed with, newest first."""
    query = select(SigningKey.__table__).where(_published()).order_by(SigningKey.created_at.desc())
    return connection.execute(query).all()


def public(kid: str) -> ECKey | None:
    """Return the published key of this name, if there is one."""
    query = select(SigningKey.public).where(SigningKey.id == kid, _published())
    with connect() as connection:
        text = connection.execute(query).scalar()
    return None if text is None else _imported(text)


def signing() -> ECKey:
    """Return the key that signs now; makes one when there is none."""
    query = select(SigningKey.__table__).where(_published(), SigningKey.signs_from <= now())
    with connect() as connection:
        rows = connection.execute(query.order_by(SigningKey.created_at.desc(), SigningKey.id)).all()
    for row in rows:
        if key := opened(row):
            return key
    with transaction() as connection:
        rotate(connection, at_once=True)
    return signing()


def opened(row: AnyRow) -> ECKey | None:
    """Return the private key that a row holds, or None when it was sealed under another secret."""
    return _opened(row.id, row.sealed, _sealing_key())


def rotate(connection: Connection, *, at_once: bool = False) -> str:
    """Make a key that follows those there are, and return its name.

    It signs after the time of publishing, or at once, which leaves those behind who keep copies.
    """
    settings, at = get_settings(current_app, TokenSettings), now()
    signs_from = at if at_once else at + timedelta(minutes=settings.tokens_publish_minutes)
    last_token_ends = signs_from + timedelta(minutes=settings.tokens_minutes) + CLOCKS_DIFFER
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, private=True)
    kid = key.thumbprint()
    connection.execute(update(SigningKey).where(SigningKey.retires_at.is_(None)).values(retires_at=last_token_ends))
    connection.execute(
        insert(SigningKey).values(
            id=kid,
            public=_text(key),
            sealed=_sealed(kid, key.as_pem(private=True)),
            created_at=at,
            signs_from=signs_from,
        )
    )
    connection.execute(delete(SigningKey).where(SigningKey.retires_at < at))
    return kid


def remove(connection: Connection, kid: str) -> bool:
    """Delete a key now, and with it the worth of every token that it signed; tell whether there was one."""
    gone = connection.execute(delete(SigningKey).where(SigningKey.id == kid))
    revocations.bump(connection)
    return gone.rowcount == 1


def _published() -> ColumnElement[bool]:
    return or_(SigningKey.retires_at.is_(None), SigningKey.retires_at > now())


def _text(key: ECKey) -> str:
    return json.dumps({**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM})


@lru_cache(maxsize=16)
def _imported(text: str) -> ECKey:
    return ECKey.import_key(json.loads(text))


@lru_cache(maxsize=16)
def _opened(kid: str, sealed: bytes, sealing_key: bytes) -> ECKey | None:
    try:
        pem = AESGCM(sealing_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], kid.encode())
    except InvalidTag:
        return None
    return ECKey.import_key(pem, {"kid": kid, "use": "sig", "alg": ALGORITHM})


def _sealed(kid: str, pem: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_sealing_key()).encrypt(nonce, pem, kid.encode())


def _sealing_key() -> bytes:
    secret = get_settings(current_app, Settings).secret_key.encode()
    return HKDF(SHA256(), 32, salt=None, info=b"signing keys").derive(secret)
