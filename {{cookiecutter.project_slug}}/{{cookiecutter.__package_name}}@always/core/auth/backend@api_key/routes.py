"""``/api/v1/keys``: a caller's own keys; an administrator's are all.

Nobody gains by making a key: it belongs to the caller, has no scope that the caller lacks, ends no later than the
credential that made it and counts on the same budget. An administrator is bound by the first alone. A revoked key is
gone from here; ``flask keys list`` still has it.
"""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, abort, url_for
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ...clock import now
from ...database import AnyRow, connect, transaction
from ...declare import body, errors, query, response
from ...declare.access_rule import requires
from ...observability import events
from ...problems import Problem
from ...request.caller import Caller, current_caller
from . import issuing, queries
from .schemas import IssuedSchema, KeyList, KeyPage, KeySchema, NewKey

blueprint = Blueprint("keys", __name__, url_prefix="/api/v1/keys")


@blueprint.get("")
@requires("keys:manage")
@query(KeyPage)
@response(KeyList)
def list_keys(query: dict[str, Any]) -> dict[str, Any]:
    """List your keys, without their text."""
    caller, limit = current_caller(), query["limit"]
    owner = None if caller.is_admin else caller.id
    with connect() as connection:
        rows = queries.list_keys(connection, owner, limit + 1, query.get("cursor"), revoked=False)
    return {"keys": rows[:limit], "next": rows[limit - 1].id if len(rows) > limit else None}


@blueprint.post("")
@requires("keys:manage")
@errors("forbidden")
@body(NewKey)
@response(IssuedSchema, 201, headers=("Location",))
def create_key(body: dict[str, Any]) -> Any:
    """Make a key for yourself. Its text is in this answer and nowhere else."""
    caller = current_caller()
    _require_held(caller, body["scopes"])
    rate, rate_of = caller.rate if caller.rate and not caller.is_admin else (None, None)
    with transaction() as connection:
        issued = issuing.issue(
            connection,
            owner=caller.id,
            name=body["name"],
            scopes=body["scopes"],
            by=caller.credential,
            days=body.get("expires_in_days"),
            no_later_than=None if caller.is_admin else caller.expires_at,
            rate=rate,
            rate_of=rate_of,
        )
    return issued, {"Location": url_for("keys.get_key", key_id=issued.id)}


@blueprint.get("/<key_id>")
@requires("keys:manage")
@errors("not-found")
@response(KeySchema)
def get_key(key_id: str) -> AnyRow:
    """Read one of your keys, without its text."""
    with connect() as connection:
        return _found(connection, key_id)


@blueprint.delete("/<key_id>")
@requires("keys:manage")
@errors("not-found")
@response(None, 204)
def revoke_key(key_id: str) -> None:
    """Revoke one of your keys, at once."""
    with transaction() as connection:
        found = _found(connection, key_id)
        issuing.revoke(connection, found.id, by=current_caller().credential)


@blueprint.post("/<key_id>/rotate")
@requires("keys:manage")
@errors("forbidden", "not-found", "conflict")
@response(IssuedSchema, 201, headers=("Location",))
def rotate_key(key_id: str) -> Any:
    """Replace one of your keys; the old one lives on for a while. The new text is in this answer and nowhere else."""
    caller = current_caller()
    try:
        with transaction() as connection:
            old = _found(connection, key_id)
            _require_held(caller, old.scopes.split())
            _require_same_budget(caller, old)
            if old.expires_at <= now() or queries.is_replaced(connection, old.id):
                raise Problem("conflict", "The key has ended or was rotated already.")
            issued = issuing.rotate(
                connection,
                old,
                by=caller.credential,
                no_later_than=None if caller.is_admin else caller.expires_at,
            )
    except IntegrityError:
        raise Problem("conflict", "The key was rotated already.") from None
    return issued, {"Location": url_for("keys.get_key", key_id=issued.id)}


def _found(connection: Connection, key_id: str) -> AnyRow:
    caller = current_caller()
    found = queries.find(connection, key_id)
    if found is None or found.revoked_at is not None:
        abort(404)
    if found.owner != caller.id:
        if not caller.is_admin:
            events.record(events.MALICIOUS_DIRECT_REFERENCE, "the key belongs to another caller")
            abort(404)
        events.record(events.AUTHZ_ADMIN, "an administrator acts for another owner", owner=found.owner)
    return found


def _require_held(caller: Caller, scopes: Collection[str]) -> None:
    lacking = sorted(set(scopes) - caller.scopes)
    if lacking and not caller.is_admin:
        events.record(events.AUTHZ_FAIL, f"a key may not have the scopes {' '.join(lacking)}")
        raise Problem("forbidden", f"You do not hold: {' '.join(lacking)}.")


def _require_same_budget(caller: Caller, old: AnyRow) -> None:
    if old.rate_of != (caller.rate.of if caller.rate else None) and not caller.is_admin:
        events.record(events.AUTHZ_FAIL, "a key of another rate may not be replaced")
        raise Problem("forbidden", "The key does not count on the budget of yours.")
