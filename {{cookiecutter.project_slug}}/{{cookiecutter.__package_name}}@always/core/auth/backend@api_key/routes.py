"""``/api/v1/keys``: the caller's own keys; all keys for an administrator.

A caller cannot gain rights by creating a key: the key belongs to the caller, has only scopes that the caller has,
expires no later than the caller's credential and shares its rate limit. For an administrator only the first rule
applies. Revoked keys are not shown here; ``flask keys list`` shows them.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, url_for
from sqlalchemy import Connection

from ...database import AnyRow, connect, transaction
from ...declare import body, errors, query, requires, response
from ...observability import events
from ...problems import Problem
from ...request.caller import Caller, current_caller
from . import issuing, queries
from .schemas import CreateKey, IssuedKeySchema, KeyList, KeyPage, KeySchema

blueprint = Blueprint("keys", __name__, url_prefix="/api/v1/keys")


@blueprint.get("")
@requires("keys:manage")
@query(KeyPage)
@response(KeyList)
def list_keys(query: dict[str, Any]) -> dict[str, Any]:
    """List your keys, without their secrets."""
    caller, limit = current_caller(), int(query["limit"])
    owner = None if caller.is_admin else caller.id
    with connect() as connection:
        rows = queries.list_keys(connection, owner, limit + 1, query.get("cursor"), revoked=False)
    return {"keys": rows[:limit], "next": rows[limit - 1].id if len(rows) > limit else None}


@blueprint.post("")
@requires("keys:manage")
@errors("forbidden", "not-found")
@body(CreateKey)
@response(IssuedKeySchema, 201, headers=("Location",))
def create_key(body: dict[str, Any]) -> Any:
    """Create a key for yourself. Only this response contains the key."""
    caller = current_caller()
    _require_scopes(caller, body["scopes"])
    rate, rate_of = caller.rate if caller.rate and not caller.is_admin else (None, None)
    with transaction() as connection:
        _find(connection, caller.credential)  # which may have been revoked since the request began
        issued = issuing.issue(
            connection,
            owner=caller.id,
            name=body["name"],
            scopes=body["scopes"],
            by=caller.credential,
            days=body.get("expires_in_days"),
            no_later_than=_latest_expiry(caller),
            rate=rate,
            rate_of=rate_of,
        )
    return issued, {"Location": url_for("keys.get_key", key_id=issued.id)}


@blueprint.get("/<key_id>")
@requires("keys:manage")
@errors("not-found")
@response(KeySchema)
def get_key(key_id: str) -> AnyRow:
    """Return one of your keys, without its secret."""
    with connect() as connection:
        return _find(connection, key_id)


@blueprint.delete("/<key_id>")
@requires("keys:manage")
@errors("not-found")
@response(None, 204)
def revoke_key(key_id: str) -> None:
    """Revoke one of your keys, with immediate effect."""
    with transaction() as connection:
        issuing.revoke(connection, _find(connection, key_id).id, by=current_caller().credential)


@blueprint.post("/<key_id>/rotate")
@requires("keys:manage")
@errors("forbidden", "not-found", "conflict")
@response(IssuedKeySchema, 201, headers=("Location",))
def rotate_key(key_id: str) -> Any:
    """Replace one of your keys. The old key remains valid for an overlap. Only this response contains the new key."""
    caller = current_caller()
    try:
        with transaction() as connection:
            _find(connection, caller.credential)
            old = _find(connection, key_id)
            _require_scopes(caller, old.scopes)
            _require_rate(caller, old.rate_of)
            issued = issuing.rotate(connection, old, by=caller.credential, no_later_than=_latest_expiry(caller))
    except issuing.NotIssuable as error:
        raise Problem("conflict", str(error)) from None
    return issued, {"Location": url_for("keys.get_key", key_id=issued.id)}


def _find(connection: Connection, key_id: str) -> AnyRow:
    """Return a key that the caller may manage. Raises 404."""
    caller = current_caller()
    row = queries.find(connection, key_id)
    if row is None or row.revoked_at is not None:
        abort(404)
    if row.owner != caller.id:
        if not caller.is_admin:
            events.record(events.MALICIOUS_DIRECT_REFERENCE, "the key belongs to another caller")
            abort(404)
        events.record(events.AUTHZ_ADMIN, "an administrator manages a key of another owner", owner=row.owner)
    return row


def _latest_expiry(caller: Caller) -> datetime | None:
    return None if caller.is_admin else caller.expires_at


def _require_scopes(caller: Caller, scopes: Collection[str]) -> None:
    missing = " ".join(sorted(set(scopes) - caller.scopes))
    if missing and not caller.is_admin:
        events.record(events.AUTHZ_FAIL, f"the caller lacks scopes of the key: {missing}")
        raise Problem("forbidden", f"You do not have these scopes of the key: {missing}.")


def _require_rate(caller: Caller, rate_of: str | None) -> None:
    if rate_of != (caller.rate.counted_as if caller.rate else None) and not caller.is_admin:
        events.record(events.AUTHZ_FAIL, "the key to rotate has a different rate limit")
        raise Problem("forbidden", "The key does not share the rate limit of your key.")
