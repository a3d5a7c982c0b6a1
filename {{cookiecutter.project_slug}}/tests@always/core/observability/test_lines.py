"""The journal: one JSON object a line, whatever callers and libraries put into it."""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from errno import ENOSPC
from io import StringIO
from secrets import token_hex
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.core.registry import registered

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Capture = pytest.CaptureFixture[str]


def lines(capsys: Capture) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


HOSTILE = ["a\nb", 'a\r\n{"event": "sys_shutdown"}', "\x1b[31mred", "\u2028", "\0", '"', "\ud800", "ä" * 600]


@pytest.mark.parametrize("sent", HOSTILE)
@pytest.mark.control("L1")
def test_every_line_is_one_object_in_utc_whatever_is_sent(client: FlaskClient, capsys: Capture, sent: str) -> None:
    client.get("/" + quote(sent.encode("utf-8", "surrogatepass")))
    client.get(
        "/", headers={"Origin": sent.encode("utf-8", "surrogatepass").decode("latin-1").translate({10: 32, 13: 32})}
    )
    logging.getLogger("some.library").warning("it said %s", sent)
    found = lines(capsys)
    assert {"request", "malicious_cors", "log"} <= {line["event"] for line in found}
    for line in found:
        assert line["event"] != "sys_shutdown"
        moment = datetime.fromisoformat(line["time"])
        assert moment.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


@pytest.mark.control("L1")
def test_a_journal_that_cannot_be_written_costs_no_answer(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    class Full(StringIO):
        def flush(self) -> None:
            raise OSError(ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(sys, "stdout", Full())
        assert [client.get("/healthz").status_code for _ in range(3)] == [200, 200, 200]
    client.get("/healthz")
    told = capsys.readouterr()
    assert told.err.splitlines() == ["Log lines are lost: [Errno 28] No space left on device"]
    assert json.loads(told.out)["status"] == 200


def test_a_request_is_one_line_with_its_trace(caller: MakeCaller, capsys: Capture) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    me = caller(owner="ada")
    name = me.get("/api/v1/me").json["id"]
    capsys.readouterr()
    answer = me.get("/api/v1/probes", headers={"traceparent": trace})
    (line,) = lines(capsys)
    assert line.pop("duration_ms") > 0
    assert line.pop("time")
    assert line == {
        "level": "info",
        "event": "request",
        "request_id": answer.headers["X-Request-ID"],
        "traceparent": trace,
        "address": "127.0.0.1",
        "method": "GET",
        "path": "/api/v1/probes",
        "route": "/api/v1/probes",
        "caller": name,
        "status": 200,
    }


@pytest.mark.parametrize("wrong", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n", "x", "00-0-0-0"])
def test_a_malformed_trace_is_left_out(client: FlaskClient, capsys: Capture, wrong: str) -> None:
    client.get("/healthz", headers={"traceparent": wrong.strip() + "!"})
    assert "traceparent" not in lines(capsys)[-1]


@pytest.mark.control("L2")
def test_no_credential_query_or_body_is_ever_written(
    app: Flask, caller: MakeCaller, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = caller("probes:read probes:write admin")
    (name, credential), secret = next(iter(me.headers.items())), f"{token_hex(8)} in a body"
    bare = credential.removeprefix("Bearer ")
    capsys.readouterr()
    for logger in ("urllib3", "werkzeug", "sqlalchemy.engine", "some.library"):
        logging.getLogger(logger).setLevel(logging.DEBUG)
        logging.getLogger(logger).debug("headers %s", {name: credential})
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
    for logger in ("urllib3", "werkzeug", "sqlalchemy.engine", "some.library"):
        logging.getLogger(logger).setLevel(logging.NOTSET)
    written = capsys.readouterr()
    assert "ZeroDivisionError" in written.out
    for hidden in (bare[20:], secret):
        assert hidden not in written.out + written.err


@pytest.mark.control("L2")
def test_a_statement_that_fails_tells_no_parameter(app: Flask, capsys: Capture) -> None:
    secret = token_hex(8)
    with registered(app, "Database").engine.connect() as connection, pytest.raises(DBAPIError) as failure:
        connection.execute(text("SELECT * FROM no_such_table WHERE name = :name"), {"name": secret})
    logging.getLogger("some.library").error("it failed", exc_info=failure.value)
    told = lines(capsys)[-1]["exception"]
    assert "no_such_table" in told
    assert secret not in told


def test_a_level_leaves_out_what_is_less_grave(make_app: MakeApp, capsys: Capture) -> None:
    client = make_app(log_level="warning").test_client()
    client.get("/api/v1/probes")
    logging.getLogger("some.library").info("routine")
    assert [line["event"] for line in lines(capsys)] == ["authn_login_fail"]
    make_app()


def test_debug_is_for_the_service_and_not_for_libraries(
    service: ModuleType, make_app: MakeApp, capsys: Capture
) -> None:
    make_app(log_level="debug")
    logging.getLogger("some.library").debug("headers")
    logging.getLogger(f"{service.__name__}.part").debug("detail")
    assert [line["message"] for line in lines(capsys)] == ["detail"]
    make_app()


def test_text_is_readable_and_cannot_command_a_terminal(make_app: MakeApp, capsys: Capture) -> None:
    client = make_app(log_format="text").test_client()
    client.get("/healthz")
    client.get("/%1b[2J%0a12:00:00 info")
    logging.getLogger("some.library").error("it failed", exc_info=ValueError("\x1b[2J"))
    first, second, third, *stack = capsys.readouterr().out.splitlines()
    assert " info     GET /healthz 200 " in first
    assert "/\\x1b[2J\\n12:00:00 info 404" in second
    assert " error    log it failed logger=some.library" in third
    assert stack == ["    ValueError: \\x1b[2J"]
    make_app()


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colour(
    service: ModuleType, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    record = {"time": datetime.now(UTC), "level": "warning", "event": "authz_fail", "reason": "the scope is missing"}
    line = service.core.observability.terminal.line(record, colour=True)
    assert ("\x1b[33mwarning \x1b[0m authz_fail the scope is missing" in line) is coloured
    assert "\x1b" not in service.core.observability.terminal.line(record, colour=False)


def test_a_long_stack_keeps_its_end(client: FlaskClient, service: ModuleType, capsys: Capture) -> None:
    logging.getLogger("some.library").error("it failed", exc_info=ValueError("x" * 9000 + " the end"))
    line = capsys.readouterr().out
    assert len(line.encode()) < 4096
    assert json.loads(line)["exception"].endswith(" the end")
