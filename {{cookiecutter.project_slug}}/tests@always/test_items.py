"""``/api/v1/items``, the example resource."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Column, Connection, Executable, ForeignKey, MetaData, Table, event

from tests.core.registry import registered

ITEMS = "/api/v1/items"
MakeCaller = Callable[..., FlaskClient]


def test_an_item_is_created_read_updated_and_deleted(caller: MakeCaller) -> None:
    me = caller()
    created = me.post(ITEMS, json={"name": "lamp", "price": 9.5})
    assert created.status_code == 201
    url = created.headers["Location"]
    assert set(created.json) == {"id", "name", "description", "price", "created_at", "updated_at"}
    assert me.get(url).json == created.json
    updated = me.patch(url, json={"name": "big lamp"})
    assert updated.json["name"] == "big lamp"
    assert updated.json["price"] == 9.5
    assert me.delete(url).status_code == 204
    assert me.get(url).status_code == 404


def test_the_error_shows_the_maximum_price_as_an_integer(caller: MakeCaller) -> None:
    rejected = caller().post(ITEMS, json={"name": "lamp", "price": 2e9})
    assert rejected.json["errors"][0]["detail"].endswith("less than or equal to 1000000000.")


def test_a_list_is_read_page_by_page_in_the_order_of_creation(caller: MakeCaller) -> None:
    me = caller()
    for number in range(5):
        me.post(ITEMS, json={"name": f"item {number}"})
    names, cursor = [], ""
    while cursor is not None:
        page = me.get(ITEMS, query_string={"limit": "2", **({"cursor": cursor} if cursor else {})}).json
        assert len(page["items"]) <= 2
        names += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert names == [f"item {number}" for number in range(5)]


def test_a_change_of_an_old_version_is_412(caller: MakeCaller) -> None:
    me = caller()
    created = me.post(ITEMS, json={"name": "lamp"})
    url, first = created.headers["Location"], created.headers["ETag"]
    second = me.patch(url, json={"name": "b"}, headers={"If-Match": first}).headers["ETag"]
    assert second != first
    assert me.patch(url, json={"name": "c"}, headers={"If-Match": first}).status_code == 412
    assert me.delete(url, headers={"If-Match": first}).status_code == 412
    assert me.patch(url, json={}, headers={"If-Match": first}).status_code == 412
    assert me.delete(url, headers={"If-Match": second}).status_code == 204


def test_an_item_that_another_table_references_is_not_deleted(
    app: Flask, caller: MakeCaller, service: ModuleType
) -> None:
    me, database = caller(), registered(app, "Database")
    item = me.post(ITEMS, json={"name": "lamp"})
    uses = Table("uses", MetaData(), Column("item_id", ForeignKey(service.items.models.Item.id)))
    with database.transaction() as connection:
        uses.create(connection)
        connection.execute(uses.insert(), {"item_id": item.json["id"]})
    try:
        refused = me.delete(item.headers["Location"])
    finally:
        with database.transaction() as connection:
            uses.drop(connection)
    assert refused.status_code == 409
    assert refused.json["detail"] == "The item is in use."
    assert me.delete(item.headers["Location"]).status_code == 204


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"name": "big lamp"}), ("DELETE", None)])
def test_a_change_locks_the_item_when_it_reads_it(
    app: Flask, caller: MakeCaller, method: str, body: dict[str, str] | None
) -> None:
    """Otherwise two concurrent changes would read the same version, and the slower one would get 412."""
    me, statements = caller(), []
    url = me.post(ITEMS, json={"name": "lamp"}).headers["Location"]
    engine = registered(app, "Database").engine

    def record(_connection: Connection, statement: Executable, *_: Any) -> None:
        statements.append(str(statement))

    event.listen(engine, "before_execute", record)
    try:
        assert me.open(url, method=method, json=body).status_code in (200, 204)
    finally:
        event.remove(engine, "before_execute", record)
    assert statements[0].startswith("SELECT")
    assert statements[0].endswith("FOR UPDATE")


@pytest.mark.parametrize("version", ["*", "the current one"])
def test_if_none_match_prevents_a_change_of_that_version(caller: MakeCaller, version: str) -> None:
    me = caller()
    created = me.post(ITEMS, json={"name": "lamp"})
    url, headers = created.headers["Location"], {"If-None-Match": "*" if version == "*" else created.headers["ETag"]}
    assert me.patch(url, json={"name": "b"}, headers=headers).status_code == 412
    assert me.delete(url, headers=headers).status_code == 412
    assert me.get(url).json["name"] == "lamp"
    assert me.patch(url, json={"name": "b"}, headers={"If-None-Match": '"0"'}).status_code == 200


@pytest.mark.parametrize("limit", ["", "0", "-1", "101", "10000", "1_0", "٣", "1.0", " 1", "x" * 500])
@pytest.mark.control("I6")
def test_a_page_size_outside_its_range_is_400(caller: MakeCaller, limit: str) -> None:
    rejected = caller().get(ITEMS, query_string={"limit": limit})
    assert rejected.status_code == 400
    assert rejected.json["errors"][0]["parameter"] == "limit"
