"""``wsgi:app``, for platforms that start a WSGI server of their own."""

import pytest
from flask import Flask

import wsgi
from tests.core.interpreter import printed
from tests.core.package import core


def test_the_application_is_created_once(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(vars(wsgi), "app", raising=False)
    app = wsgi.app
    assert isinstance(app, Flask)
    assert wsgi.app is app
    with pytest.raises(AttributeError):
        _ = wsgi.application


@pytest.mark.usefixtures("app")  # creates the tables
def test_a_worker_does_not_import_alembic(environ: dict[str, str]) -> None:
    """With its dependencies, Alembic would take a tenth of the start."""
    code = (
        f"import sys, wsgi; from {core.__name__} import endpoints, services;"
        " print(services.get(wsgi.app, endpoints.health.Dependencies).states()['database'], 'alembic' in sys.modules)"
    )
    assert printed(code, environ) == "ok False"
