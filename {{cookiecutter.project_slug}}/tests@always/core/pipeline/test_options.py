"""Flask answers OPTIONS for most views; for a view that answers it itself, the access rule applies."""

from flask import Blueprint
from flask.views import MethodView

from tests.core.package import core
from tests.core.views import Serve, serve

__all__ = ["serve"]


def test_flask_answers_without_a_credential(serve: Serve) -> None:
    def secret() -> str:
        return "secret"

    response = serve(secret, public=False).options("/secret")
    assert response.status_code == 200
    assert "GET" in response.headers["Allow"]
    assert response.data == b""


def test_a_view_with_the_method_needs_a_credential(serve: Serve) -> None:
    blueprint = Blueprint("views", __name__)

    @blueprint.route("/secret", methods=["GET", "OPTIONS"])
    @core.authenticated
    def secret() -> str:
        return "secret"

    client = serve(blueprint=blueprint)
    assert [client.open("/secret", method=method).status_code for method in ("GET", "OPTIONS")] == [401, 401]


def test_a_class_with_the_method_needs_a_credential(serve: Serve) -> None:
    class Secret(MethodView):
        decorators = (core.authenticated,)

        def options(self) -> str:
            return "secret"

    blueprint = Blueprint("views", __name__)
    blueprint.add_url_rule("/secret", view_func=Secret.as_view("secret"))
    assert serve(blueprint=blueprint).options("/secret").status_code == 401
