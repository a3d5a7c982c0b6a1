"""What a view of ``@response`` may return: a value, a value with headers, or a response."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Blueprint, redirect
from marshmallow import Schema, fields
from werkzeug.test import TestResponse

from tests.core.declare.calls import call
from tests.core.declare.conftest import Serve
from tests.core.package import core


class MachineSchema(Schema):
    """A machine."""

    name = fields.String()
    price = fields.Decimal()


@pytest.fixture
def get(serve: Serve, blueprint: Blueprint) -> Callable[..., TestResponse]:
    """Return the response of a view, given its decorator and what it returns."""

    def get(decorator: Callable[..., Any], result: Callable[[], Any]) -> TestResponse:
        @blueprint.get("/machines/1")
        @core.public
        @decorator
        def machine() -> Any:
            return result()

        response: TestResponse = call(serve(), "/machines/1", "GET")
        return response

    return get


def test_headers_are_sent_without_a_body(get: Callable[..., TestResponse]) -> None:
    response = get(core.response(None, 204, headers=("ETag",)), lambda: (None, {"ETag": '"1"'}))
    assert (response.status_code, response.headers["ETag"], response.data) == (204, '"1"', b"")


def test_a_response_is_sent_as_it_is(get: Callable[..., TestResponse]) -> None:
    response = get(core.response(MachineSchema), lambda: redirect("/machines/2", 303))
    assert (response.status_code, response.headers["Location"]) == (303, "/machines/2")


def test_a_coroutine_does_not_seem_to_succeed(get: Callable[..., TestResponse]) -> None:
    """Flask runs it with a library, or fails without that."""

    async def delete() -> None:
        raise AssertionError

    assert get(lambda _: core.response(None, 204)(delete), lambda: None).status_code == 500


def test_a_dictionary_may_contain_a_decimal_and_a_schema_too(serve: Serve, blueprint: Blueprint) -> None:
    @blueprint.get("/price")
    @core.public
    @core.produces("application/json")
    def price() -> dict[str, Decimal]:
        return {"price": Decimal("1.50")}

    @blueprint.get("/machine")
    @core.public
    @core.response(MachineSchema)
    def machine() -> dict[str, Any]:
        return {"name": "Kettle", "price": Decimal("1.50")}

    client = serve()
    assert call(client, "/price", "GET").json == {"price": "1.50"}
    assert call(client, "/machine", "GET").json == {"name": "Kettle", "price": "1.50"}
    assert call(client, "/openapi.json", "GET").status_code == 200
