"""``/api/v1/items``: the items of the caller."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from sqlalchemy import Connection

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
    """List your items in the order they were made; ``q`` searches in the name."""
    with connect() as connection:
        rows, last = queries.page(
            connection,
            current_caller().id,
            limit=query["limit"],
            after=query.get("cursor"),
            name_has=query.get("q"),
        )
    return {"items": rows, "next": cursor(last) if last else None}


@blueprint.post("")
@requires("items:write")
@body(NewItem)
@response(ItemSchema, 201, headers=("Location", "ETag"))
def create_item(body: dict[str, Any]) -> Any:
    """Make an item."""
    with transaction() as connection:
        item = queries.add(connection, current_caller().id, body)
    return item, {"Location": url_for("items.get_item", item_id=item["id"]), "ETag": _etag(1)}


@blueprint.get("/<item_id>")
@requires("items:read")
@errors("not-found")
@response(ItemSchema, headers=("ETag",))
def get_item(item_id: str) -> Any:
    """Read one of your items."""
    with connect() as connection:
        item = _found(connection, item_id)
    return item, {"ETag": _etag(item.version)}


@blueprint.patch("/<item_id>")
@requires("items:write")
@errors("not-found", "precondition-failed")
@body(NewItem, partial=True)
@response(ItemSchema, headers=("ETag",))
def change_item(item_id: str, body: dict[str, Any]) -> Any:
    """Change the fields that the body names; with ``If-Match`` only the version that it names."""
    with transaction() as connection:
        item = _found(connection, item_id, to_change=True)
        _refuse_stale(item)
        if body:
            queries.change(connection, current_caller().id, item.id, body)
        item = _found(connection, item_id)
    return item, {"ETag": _etag(item.version)}


@blueprint.delete("/<item_id>")
@requires("items:write")
@errors("not-found", "precondition-failed")
@response(None, 204)
def delete_item(item_id: str) -> None:
    """Delete one of your items; with ``If-Match`` only the version that it names."""
    with transaction() as connection:
        item = _found(connection, item_id, to_change=True)
        _refuse_stale(item)
        queries.remove(connection, current_caller().id, item.id)


def _found(connection: Connection, item_id: str, *, to_change: bool = False) -> AnyRow:
    item = queries.find(connection, current_caller().id, item_id, to_change=to_change)
    if item is None:
        if queries.exists(connection, item_id):
            record_event(MALICIOUS_DIRECT_REFERENCE, "the item belongs to another caller")
        abort(404)
    return item


def _etag(version: int) -> str:
    return f'"{version}"'


def _refuse_stale(item: AnyRow) -> None:
    """Answer 412 when ``If-Match`` names another version or ``If-None-Match`` this one (RFC 9110, section 13.1)."""
    version = str(item.version)
    if "If-Match" in request.headers and not request.if_match.contains(version):
        raise Problem("precondition-failed", "The item has changed since the version in If-Match.")
    if request.if_none_match.contains_weak(version):
        raise Problem("precondition-failed", "The item is at a version that If-None-Match rules out.")
