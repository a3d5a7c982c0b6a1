"""A stream occupies a thread only while its response is sent."""

from flask import Response, abort

from tests.core.package import core
from tests.core.views import Serve, serve

__all__ = ["serve"]


def test_a_response_that_is_never_sent_occupies_no_thread(serve: Serve) -> None:
    def broken() -> Response:
        core.event_stream(iter(()))
        abort(404)

    client = serve(broken, server_threads="2")
    assert {client.get("/broken").status_code for _ in range(5)} == {404}
