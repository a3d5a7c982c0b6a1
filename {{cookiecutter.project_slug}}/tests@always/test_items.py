"""The contract of ``/api/v1/items``."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Executable, event

from tests.core.registry import registered

ITEMS = "/api/v1/items"
MakeCaller = Callable[..., FlaskClient]


def test_an_item_is_made_read_changed_and_deleted(caller: MakeCaller) -> None:
    me = caller()
    made = me.post(ITEMS, json={"name": "lamp", "price": 9.5})
    assert made.status_code == 201
    address = made.headers["Location"]
    assert set(made.json) == {"id", "name", "description", "price", "created_at", "updated_at"}
    assert me.get(address).json == made.json
    changed = me.patch(address, json={"name": "big lamp"})
    assert changed.json["name"] == "big lamp"
    assert changed.json["price"] == 9.5
    assert me.delete(address).status_code == 204
    assert me.get(address).status_code == 404


def test_the_bound_of_a_price_is_told_as_a_whole_number(caller: MakeCaller) -> None:
    refused = caller().post(ITEMS, json={"name": "lamp", "price": 2e9})
    assert refused.json["errors"][0]["detail"].endswith("less than or equal to 1000000000.")


def test_a_list_is_read_page_by_page_in_the_order_of_making(caller: MakeCaller) -> None:
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


def test_a_change_of_a_stale_version_is_refused(caller: MakeCaller) -> None:
    me = caller()
    made = me.post(ITEMS, json={"name": "lamp"})
    address, first = made.headers["Location"], made.headers["ETag"]
    second = me.patch(address, json={"name": "b"}, headers={"If-Match": first}).headers["ETag"]
    assert second != first
    assert me.patch(address, json={"name": "c"}, headers={"If-Match": first}).status_code == 412
    assert me.delete(address, headers={"If-Match": first}).status_code == 412
    assert me.patch(address, json={}, headers={"If-Match": first}).status_code == 412
    assert me.delete(address, headers={"If-Match": second}).status_code == 204


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"name": "big lamp"}), ("DELETE", None)])
def test_a_change_without_a_version_waits_for_another_and_is_not_refused(
    app: Flask, caller: MakeCaller, method: str, body: dict[str, str] | None
) -> None:
    """The item is locked when it is read, or two at a time would read one version and the slower one get 412."""
    me, reads = caller(), []
    address = me.post(ITEMS, json={"name": "lamp"}).headers["Location"]
    engine = registered(app, "Database").engine

    def note(_connection: Connection, statement: Executable, *_: Any) -> None:
        reads.append(str(statement))

    event.listen(engine, "before_execute", note)
    try:
        assert me.open(address, method=method, json=body).status_code in (200, 204)
    finally:
        event.remove(engine, "before_execute", note)
    assert reads[0].startswith("SELECT")
    assert reads[0].endswith("FOR UPDATE")


@pytest.mark.parametrize("known", ["*", "the current one"])
def test_a_change_of_a_version_that_is_known_can_be_ruled_out(caller: MakeCaller, known: str) -> None:
    me = caller()
    made = me.post(ITEMS, json={"name": "lamp"})
    address, headers = made.headers["Location"], {"If-None-Match": made.headers["ETag"] if known != "*" else "*"}
    assert me.patch(address, json={"name": "b"}, headers=headers).status_code == 412
    assert me.delete(address, headers=headers).status_code == 412
    assert me.get(address).json["name"] == "lamp"
    assert me.patch(address, json={"name": "b"}, headers={"If-None-Match": '"0"'}).status_code == 200


@pytest.mark.parametrize("wrong", ["", "0", "-1", "101", "10000", "1_0", "٣", "1.0", " 1", "x" * 500])
@pytest.mark.control("I6")
def test_a_page_size_out_of_bounds_is_refused(caller: MakeCaller, wrong: str) -> None:
    refused = caller().get(ITEMS, query_string={"limit": wrong})
    assert refused.status_code == 400
    assert refused.json["errors"][0]["parameter"] == "limit"
