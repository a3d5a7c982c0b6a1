"""An endpoint that names a guard is opened by that guard and by nothing else."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask, Response, g

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize(("answer", "status"), [(None, 200), (Response(status=403), 403)])
def test_the_guard_decides(service: ModuleType, make_app: MakeApp, answer: Response | None, status: int) -> None:
    app = make_app()
    service.core.auth.guards.add(app, "door", lambda: answer)

    @service.core.declare.guarded_by("door")
    def view() -> Response:
        assert "caller" not in g
        return Response()

    app.add_url_rule("/door", view_func=view)
    service.core.pipeline.check(app)
    assert app.test_client().get("/door").status_code == status


def test_a_guard_that_nobody_added_stops_the_start(service: ModuleType, make_app: MakeApp) -> None:
    app = make_app()
    app.add_url_rule("/door", view_func=service.core.declare.guarded_by("nobody")(lambda: Response()), endpoint="door")
    with pytest.raises(service.core.settings.ConfigurationError, match="uses the guard 'nobody'"):
        service.core.pipeline.check(app)
