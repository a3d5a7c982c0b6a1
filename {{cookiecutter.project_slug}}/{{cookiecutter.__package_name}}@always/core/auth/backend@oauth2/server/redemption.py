"""What a code or refresh token is exchanged for, once.

Each answer is made in one transaction that first holds whom it is for, then claims what was presented. A replay
commits the end of the family and answers then.
"""

from collections.abc import Collection
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidScopeError
from joserfc.jwk import ECKey
from sqlalchemy import Connection

from ....database import AnyRow, transaction
from ....observability import events
from .. import cache
from ..models import Code, RefreshToken
from . import signing_keys, tokens
from .clients import Client

ENDED = "What it stands for has ended."


def redeem(
    table: type[Code] | type[RefreshToken], row: AnyRow, client: Client, scopes: Collection[str]
) -> dict[str, Any]:
    """Claim a code or refresh token and return what it stands for; a replay ends the family instead."""
    if not tokens.is_valid(row):
        raise InvalidGrantError(ENDED)
    key = signing_keys.signing()
    with transaction() as connection:
        if not tokens.hold(connection, client.id, row.family_id):
            raise InvalidGrantError(ENDED)
        if tokens.claim(connection, table, row.digest):
            return _issue(connection, row, client, scopes, key)
    raise replayed(row)


def replayed(row: AnyRow) -> InvalidGrantError:
    """End the family of a code or refresh token that was used before, and return the error for whoever came with it."""
    with transaction() as connection:
        ended = tokens.revoke_family(connection, row.family_id)
    if not ended:
        return InvalidGrantError(ENDED)
    cache.forget()
    events.record("authn_token_reuse", "a used code or refresh token came again", credential=row.family_id)
    return InvalidGrantError("It was used before: all that it gave has been revoked.")


def _issue(connection: Connection, row: AnyRow, client: Client, scopes: Collection[str], key: ECKey) -> dict[str, Any]:
    """Issue the next tokens of a family, with what consent, request, client and person have in common."""
    allowed = set(scopes) & client.scopes & set(row.user_scopes.split())
    if not allowed:
        raise InvalidScopeError("The person may none of this any more.")
    answer = tokens.issue_access(
        connection,
        key=key,
        client_id=client.id,
        subject=row.user_id,
        scopes=allowed,
        family_id=row.family_id,
        no_later_than=row.expires_at,
    )
    if client.check_grant_type("refresh_token"):
        answer["refresh_token"] = tokens.issue_refresh(connection, row.family_id)
    return answer
