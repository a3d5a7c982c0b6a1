"""``/api/v1/items``: the caller's items."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ..core import (
    MALICIOUS_DIRECT_REFERENCE,
    AnyRow,
    Problem,
    body,
    connect,
    current_caller,
    cursor,
    errors,
    query,
    record_event,
    requires,
    response,
    transaction,
)
from . import queries
from .schemas import ItemList, ItemSchema, NewItem, Search

blueprint = Blueprint("items", __name__, url_prefix="/api/v1/items")


@blueprint.get("")
@requires("items:read")
@query(Search)
@response(ItemList)
def list_items(query: dict[str, Any]) -> dict[str, Any]:
    """List your items in the order of creation; ``q`` searches in the name."""
    with connect() as connection:
        rows, last = queries.page(
            connection,
            current_caller().id,
            limit=query["limit"],
            after=query.get("cursor"),
            search=query.get("q"),
        )
    return {"items": rows, "next": cursor(last) if last else None}


@blueprint.post("")
@requires("items:write")
@body(NewItem)
@response(ItemSchema, 201, headers=("Location", "ETag"))
def create_item(body: dict[str, Any]) -> Any:
    """Create an item."""
    with transaction() as connection:
        item = queries.add(connection, current_caller().id, body)
    return item, {"Location": url_for("items.get_item", item_id=item["id"]), "ETag": _etag(1)}


@blueprint.get("/<item_id>")
@requires("items:read")
@errors("not-found")
@response(ItemSchema, headers=("ETag",))
def get_item(item_id: str) -> Any:
    """Return one of your items."""
    with connect() as connection:
        item = _get_or_404(connection, item_id)
    return item, {"ETag": _etag(item.version)}


@blueprint.patch("/<item_id>")
@requires("items:write")
@errors("not-found", "precondition-failed")
@body(NewItem, partial=True)
@response(ItemSchema, headers=("ETag",))
def change_item(item_id: str, body: dict[str, Any]) -> Any:
    """Update the fields in the body; with ``If-Match``, only if the item has that version."""
    with transaction() as connection:
        item = _get_or_404(connection, item_id, for_update=True)
        _check_version(item)
        if body:
            queries.change(connection, current_caller().id, item.id, body)
        item = _get_or_404(connection, item_id)
    return item, {"ETag": _etag(item.version)}


@blueprint.delete("/<item_id>")
@requires("items:write")
@errors("not-found", "conflict", "precondition-failed")
@response(None, 204)
def delete_item(item_id: str) -> None:
    """Delete one of your items that is not in use; with ``If-Match``, only if it has that version."""
    with transaction() as connection:
        item = _get_or_404(connection, item_id, for_update=True)
        _check_version(item)
        try:
            queries.remove(connection, current_caller().id, item.id)
        except IntegrityError:  # a foreign key of another table
            raise Problem("conflict", "The item is in use.") from None


def _get_or_404(connection: Connection, item_id: str, *, for_update: bool = False) -> AnyRow:
    item = queries.find(connection, current_caller().id, item_id, for_update=for_update)
    if item is None:
        if queries.exists(connection, item_id):
            record_event(MALICIOUS_DIRECT_REFERENCE, "the item belongs to another caller")
        abort(404)
    return item


def _etag(version: int) -> str:
    return f'"{version}"'


def _check_version(item: AnyRow) -> None:
    """Respond with 412 if ``If-Match`` or ``If-None-Match`` excludes this version (RFC 9110, section 13.1)."""
    version = str(item.version)
    if "If-Match" in request.headers and not request.if_match.contains(version):
        raise Problem("precondition-failed", "The item has changed since the version in If-Match.")
    if request.if_none_match.contains_weak(version):
        raise Problem("precondition-failed", "The item has the version in If-None-Match.")
