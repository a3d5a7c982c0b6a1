"""No credential, query or body is ever logged."""

import json
import logging
from collections.abc import Callable
from secrets import token_hex

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.core.registry import registered

MakeCaller = Callable[..., FlaskClient]
Capture = pytest.CaptureFixture[str]
LIBRARIES = ("urllib3", "werkzeug", "sqlalchemy.engine", "some.library")


@pytest.mark.control("L2")
def test_no_credential_query_or_body_is_logged(
    app: Flask, caller: MakeCaller, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = caller("probes:read probes:write admin")
    (name, credential), secret = next(iter(me.headers.items())), f"{token_hex(8)} in a body"
    bare = credential.removeprefix("Bearer ")
    capsys.readouterr()
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.DEBUG)
        logging.getLogger(library).debug("headers %s", {name: credential})
    me.get("/api/v1/probes", query_string={"q": secret})
    me.get("/api/v1/probes", query_string={"credential": bare, "access_token": bare})
    me.post("/api/v1/probes", json={"name": secret, "unknown": secret})
    me.post("/api/v1/probes", data=secret, content_type="application/json")
    me.get(f"/api/v1/probes/{bare}")
    me.get("/api/v1/probes", headers={name: credential + "x"})
    me.get("/api/v1/probes", headers={"Cookie": f"session={bare}", "X-Request-ID": bare})
    registered(app, "Database").engine.dispose()
    monkeypatch.setitem(app.view_functions, "probes.list_probes", lambda **_: 1 / 0)
    assert me.get("/api/v1/probes").status_code == 500
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.NOTSET)
    captured = capsys.readouterr()
    assert "ZeroDivisionError" in captured.out
    for hidden in (bare[20:], secret):
        assert hidden not in captured.out + captured.err


@pytest.mark.control("L2")
def test_no_form_field_cookie_or_library_detail_is_logged(caller: MakeCaller, capsys: Capture) -> None:
    logging.getLogger("werkzeug").debug("a verbose library: %s", "hunter2-debug")
    me = caller()
    credential = next(iter(me.headers.values()))  # type: ignore[attr-defined]
    me.get("/api/v1/probes", query_string={"q": "hunter2-query"})
    me.post("/api/v1/probes", json={"name": "hunter2-body", "password": "hunter2-field"})
    me.get("/api/v1/me", headers={"Authorization": "Bearer hunter2-bearer", "Cookie": "s=hunter2-cookie"})
    captured = capsys.readouterr()
    assert "hunter2" not in captured.out + captured.err
    assert credential.rpartition(" ")[2][-40:] not in captured.out + captured.err


@pytest.mark.control("L2")
def test_the_traceback_of_a_failed_statement_contains_no_parameter(app: Flask, capsys: Capture) -> None:
    secret = token_hex(8)
    with registered(app, "Database").engine.connect() as connection, pytest.raises(DBAPIError) as failure:
        connection.execute(text("SELECT * FROM no_such_table WHERE name = :name"), {"name": secret})
    logging.getLogger("some.library").error("it failed", exc_info=failure.value)
    *_, line = capsys.readouterr().out.splitlines()
    traceback = json.loads(line)["exception"]
    assert "no_such_table" in traceback
    assert secret not in traceback
