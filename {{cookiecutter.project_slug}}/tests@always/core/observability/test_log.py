"""The log: one JSON object per line, with any input of clients and libraries."""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from errno import ENOSPC
from io import StringIO
from threading import Thread
from types import ModuleType
from typing import Any
from urllib.parse import quote

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import FlaskGroup
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
Capture = pytest.CaptureFixture[str]
HOSTILE = ["a\nb", 'a\r\n{"event": "sys_shutdown"}', "\x1b[31mred", "\u2028", "\0", '"', "\ud800", "ä" * 600]


def lines(capsys: Capture) -> list[dict[str, Any]]:
    """Return the lines that were logged since the last call."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("sent", HOSTILE)
@pytest.mark.control("L1")
def test_every_line_is_one_object_in_utc(client: FlaskClient, capsys: Capture, sent: str) -> None:
    encoded = sent.encode("utf-8", "surrogatepass")
    client.get("/" + quote(encoded))
    client.get("/", headers={"Origin": encoded.decode("latin-1").translate({10: 32, 13: 32})})
    logging.getLogger("some.library").warning("it said %s", sent)
    logged = lines(capsys)
    assert {"request", "malicious_cors", "log"} <= {line["event"] for line in logged}
    for line in logged:
        assert line["event"] != "sys_shutdown"
        time = datetime.fromisoformat(line["time"])
        assert time.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - time) < timedelta(minutes=1)


@pytest.mark.control("L1")
def test_a_response_is_one_line_with_any_path(caller: MakeCaller, capsys: Capture) -> None:
    me = caller()
    capsys.readouterr()
    me.get('/a%0a%0d{"event":"forged"}%1b[31m%e2%80%a8/x', headers={"User-Agent": "a\tb"})
    (line,) = [line for line in lines(capsys) if line["event"] == "request"]
    assert line["status"] == 404
    assert line["time"].endswith("Z")
    assert line["method"] == "GET"


@pytest.mark.control("L1")
def test_a_line_contains_the_request_and_its_result(caller: MakeCaller, capsys: Capture) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    me = caller(owner="ada")
    caller_id, credential = (me.get("/api/v1/me").json[name] for name in ("id", "credential"))
    capsys.readouterr()
    response = me.get("/api/v1/probes", headers={"traceparent": traceparent})
    (line,) = lines(capsys)
    assert line.pop("duration_ms") > 0
    assert line.pop("time")
    assert line == {
        "level": "info",
        "event": "request",
        "request_id": response.headers["X-Request-ID"],
        "traceparent": traceparent,
        "address": "127.0.0.1",
        "method": "GET",
        "path": "/api/v1/probes",
        "route": "/api/v1/probes",
        "caller": caller_id,
        "credential": credential,
        "status": 200,
    }
    me.get("/api/v1/probes/unknown?", headers={"traceparent": traceparent})
    line = next(line for line in lines(capsys) if line["event"] == "request")
    assert (line["route"], line["caller"]) == ("/api/v1/probes/<probe_id>", caller_id)
    assert (line["traceparent"], line["address"]) == (traceparent, "127.0.0.1")
    assert line["duration_ms"] >= 0


@pytest.mark.parametrize("malformed", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01!", "x!", "00-0-0-0!"])
def test_a_malformed_traceparent_is_omitted(client: FlaskClient, capsys: Capture, malformed: str) -> None:
    client.get("/healthz", headers={"traceparent": malformed})
    assert "traceparent" not in lines(capsys)[-1]


@pytest.mark.control("L1")
def test_a_log_that_cannot_be_written_fails_no_request(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    class Full(StringIO):
        def flush(self) -> None:
            raise OSError(ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(sys, "stdout", Full())
        assert [client.get("/healthz").status_code for _ in range(3)] == [200, 200, 200]
    client.get("/healthz")
    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["Log lines are lost: [Errno 28] No space left on device"]
    assert json.loads(captured.out)["status"] == 200


def test_an_exception_is_logged_with_its_traceback(make_app: MakeApp, service: ModuleType, capsys: Capture) -> None:
    app = make_app()
    view = service.core.declare.public(lambda: 1 / 0)
    app.add_url_rule("/broken", view_func=view, endpoint="broken")
    service.core.pipeline.check(app)
    app.test_client().get("/broken")
    assert any("ZeroDivisionError" in line.get("exception", "") for line in lines(capsys))


def test_lines_below_the_minimum_level_are_omitted(make_app: MakeApp, capsys: Capture) -> None:
    client = make_app(log_level="warning").test_client()
    client.get("/api/v1/probes")
    logging.getLogger("some.library").info("routine")
    assert [line["event"] for line in lines(capsys)] == ["authn_login_fail"]
    make_app()


def test_debug_applies_to_the_service_and_not_to_libraries(
    service: ModuleType, make_app: MakeApp, capsys: Capture
) -> None:
    make_app(log_level="debug")
    logging.getLogger("some.library").debug("headers")
    logging.getLogger(f"{service.__name__}.part").debug("detail")
    logged = [line for line in lines(capsys) if line["event"] == "log"]
    assert [line["message"] for line in logged] == ["detail"]
    make_app()


@pytest.mark.parametrize(("name", "stream"), [("report", "stderr"), ("serve", "stdout")])
def test_every_thread_of_a_command_writes_to_the_same_stream(
    service: ModuleType, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, name: str, stream: str
) -> None:
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "false")  # restores it after the test

    @click.command(name)
    def command() -> None:
        write = service.core.observability.log.write
        thread = Thread(target=write, args=("warning", "of_a_thread"))
        thread.start()
        thread.join()
        write("warning", "of_the_main_thread")

    def create() -> Flask:
        app = make_app()
        app.cli.add_command(command)
        return app

    done = CliRunner().invoke(FlaskGroup(create_app=create, load_dotenv=False), [name], catch_exceptions=False)
    written = [json.loads(line)["event"] for line in getattr(done, stream).splitlines()]
    assert written == ["of_a_thread", "of_the_main_thread"]
    make_app()


@pytest.mark.parametrize(("message", "arguments"), [("%d of %s", ("x",)), ("%(found)s", {"missing": 1})])
def test_a_record_whose_arguments_do_not_fit_is_logged(
    app: Flask, service: ModuleType, capsys: Capture, message: str, arguments: object
) -> None:
    record = {"name": "some.library", "levelno": logging.WARNING, "msg": message, "args": arguments}
    service.core.observability.log.Handler().handle(logging.makeLogRecord(record))
    assert lines(capsys)[-1]["message"] == message
