"""A response of ``@response`` is sent directly, except where Werkzeug has to change it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest
from flask import Blueprint, Response, after_this_request
from marshmallow import Schema, fields
from werkzeug.test import TestResponse

from tests.core.declare.calls import call
from tests.core.declare.conftest import Serve
from tests.core.package import core


class MachineSchema(Schema):
    """A machine."""

    name = fields.String()


@pytest.fixture
def get(serve: Serve, blueprint: Blueprint) -> Callable[..., TestResponse]:
    """Return the response of a view; ``change`` receives it before it is sent."""

    def get(
        change: Callable[[Response], object] = lambda _: None,
        *,
        method: str = "GET",
        content_location: str | None = None,
    ) -> TestResponse:
        headers = {"Content-Location": content_location} if content_location else {}

        @blueprint.get("/machines/1")
        @core.public
        @core.response(MachineSchema, headers=tuple(headers))
        def machine() -> tuple[dict[str, str], dict[str, str]]:
            @after_this_request
            def finish(response: Response) -> Response:
                change(response)
                return response

            return {"name": "Kettle"}, headers

        response: TestResponse = call(serve(), "/machines/1", method)
        return response

    return get


def test_it_has_the_content_and_its_length(get: Callable[..., TestResponse]) -> None:
    response = get()
    assert response.json == {"name": "Kettle"}
    assert response.headers["Content-Length"] == str(len(response.data))
    assert response.headers["Content-Type"] == "application/json"


def test_the_response_to_head_has_no_body(get: Callable[..., TestResponse]) -> None:
    response = get(method="HEAD")
    assert response.data == b""
    assert int(response.headers["Content-Length"]) > 0


def test_the_content_can_be_replaced(get: Callable[..., TestResponse]) -> None:
    response = get(lambda response: response.set_data('{"name": "Toaster"}'))
    assert response.json == {"name": "Toaster"}
    assert response.headers["Content-Length"] == str(len(response.data))


@pytest.mark.parametrize("parts", [['{"name": ', '"Toaster"}'], iter(['{"name": ', '"Toaster"}'])])
def test_the_content_can_be_replaced_by_parts(get: Callable[..., TestResponse], parts: Iterable[str]) -> None:
    def replace(response: Response) -> None:
        response.response = parts
        response.headers["Content-Length"] = "19"

    assert get(replace).json == {"name": "Toaster"}


def test_a_response_whose_status_excludes_a_body_has_none(get: Callable[..., TestResponse]) -> None:
    def set_status(response: Response) -> None:
        response.status_code = 304

    response = get(set_status)
    assert response.status_code == 304
    assert response.data == b""
    assert "Content-Length" not in response.headers


def test_functions_for_its_end_are_called(get: Callable[..., TestResponse]) -> None:
    closed: list[bool] = []
    get(lambda response: response.call_on_close(lambda: closed.append(True)))
    assert closed == [True]


def test_a_location_is_a_url_of_ascii_characters(get: Callable[..., TestResponse]) -> None:
    response = get(content_location="/machines/Küche")
    assert response.headers["Content-Location"] == "/machines/K%C3%BCche"


class Machine(NamedTuple):
    """A machine with two fields."""

    name: str
    price: int


def test_a_named_tuple_is_a_value(serve: Serve, blueprint: Blueprint) -> None:
    @blueprint.get("/machines/2")
    @core.public
    @core.response(MachineSchema)
    def machine() -> Machine:
        return Machine("Kettle", 5)

    assert call(serve(), "/machines/2", "GET").json == {"name": "Kettle"}
