"""``wsgi:app``, for platforms that start a WSGI server of their own."""

import pytest
from flask import Flask

import wsgi


def test_the_application_is_created_once(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(vars(wsgi), "app", raising=False)
    app = wsgi.app
    assert isinstance(app, Flask)
    assert wsgi.app is app
    with pytest.raises(AttributeError):
        _ = wsgi.application
