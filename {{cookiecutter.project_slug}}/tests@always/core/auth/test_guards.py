"""Guards: only the guard of an endpoint decides whether a request is accepted."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask, Response

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize(("decision", "status"), [(None, 200), (Response(status=403), 403)])
def test_the_guard_decides(service: ModuleType, make_app: MakeApp, decision: Response | None, status: int) -> None:
    app = make_app()
    service.core.auth.guards.add(app, "badge", lambda: decision)

    @service.core.declare.guarded_by("badge")
    def view() -> Response:
        assert service.core.request.current_state().caller is None
        return Response()

    app.add_url_rule("/door", view_func=view)
    service.core.pipeline.check(app)
    assert app.test_client().get("/door").status_code == status


def test_an_unregistered_guard_prevents_startup(service: ModuleType, make_app: MakeApp) -> None:
    app = make_app()
    app.add_url_rule(
        "/door", view_func=service.core.declare.guarded_by("unknown")(lambda: Response()), endpoint="badge"
    )
    with pytest.raises(service.core.settings.ConfigurationError, match="uses the guard 'unknown'"):
        service.core.pipeline.check(app)
