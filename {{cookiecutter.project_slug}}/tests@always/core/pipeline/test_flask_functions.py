"""What an owner's code may do around a view, as in any Flask application."""

import weakref
from typing import Any

from flask import Blueprint, Response, abort, after_this_request
from flask.views import MethodView

from tests.core.package import core
from tests.core.views import Serve, serve

__all__ = ["serve"]


def test_a_function_that_runs_before_the_layers_can_reject_the_request(serve: Serve) -> None:
    blueprint = Blueprint("views", __name__)

    @blueprint.url_value_preprocessor
    def reject(endpoint: str | None, values: dict[str, Any] | None) -> None:
        abort(404)

    def unreachable() -> str:
        raise AssertionError

    response = serve(unreachable, blueprint=blueprint).get("/unreachable")
    assert response.status_code == 404
    assert response.json["type"] == "/problems/not-found"
    assert "Strict-Transport-Security" in response.headers


def test_nothing_of_a_request_is_kept_after_it(serve: Serve) -> None:
    kept: list[weakref.ref[Any]] = []

    class Machine(MethodView):
        decorators = (core.public,)

        def get(self) -> str:
            def finish(response: Response) -> Response:
                return response

            kept.extend((weakref.ref(self), weakref.ref(after_this_request(finish))))
            return "machine"

    blueprint = Blueprint("views", __name__)
    blueprint.add_url_rule("/machine", view_func=Machine.as_view("machine"))
    client = serve(blueprint=blueprint)
    assert client.get("/machine").text == "machine"
    client.get("/healthz")
    assert [each() for each in kept] == [None, None]


def test_a_security_header_of_a_view_replaces_the_default(serve: Serve) -> None:
    def cached() -> Response:
        return Response("cached", headers={"cache-control": "public, max-age=60"})

    assert serve(cached).get("/cached").headers.getlist("Cache-Control") == ["public, max-age=60"]
