"""The layers come before the functions that an owner adds to routing, and count what these reject."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, abort, request

from tests.core.views import Serve, serve

__all__ = ["serve"]
View = Callable[[], str]


@pytest.fixture
def blueprint() -> Blueprint:
    """A blueprint that knows one language."""
    blueprint = Blueprint("views", __name__, url_prefix="/<lang>")

    @blueprint.url_value_preprocessor
    def check(endpoint: str | None, values: dict[str, Any] | None) -> None:
        assert values is not None
        request.get_json(silent=True)
        if values.pop("lang") != "en":
            abort(404)

    return blueprint


@pytest.fixture
def tea() -> View:
    """A view."""

    def tea() -> str:
        return "tea"

    return tea


def test_a_preprocessor_can_change_the_arguments(serve: Serve, blueprint: Blueprint, tea: View) -> None:
    assert serve(tea, blueprint=blueprint).post("/en/tea", json={}).text == "tea"


@pytest.mark.control("R1")
def test_what_it_rejects_counts(serve: Serve, blueprint: Blueprint, tea: View) -> None:
    client = serve(tea, blueprint=blueprint, limits_address="2/minute")
    assert [client.get("/xx/tea").status_code for _ in range(3)] == [404, 404, 429]


@pytest.mark.control("Z1")
def test_it_is_not_called_without_a_credential(serve: Serve, blueprint: Blueprint, tea: View) -> None:
    assert serve(tea, public=False, blueprint=blueprint).get("/xx/tea").status_code == 401
