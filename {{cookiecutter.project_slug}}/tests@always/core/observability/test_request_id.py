"""Every log line of a request carries its id and fits into one write to a pipe."""

import json
import logging
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.live_server import Served
from tests.core.views import serve

__all__ = ["serve"]

Capture = pytest.CaptureFixture[str]
Serve = Callable[..., FlaskClient]
LINE_BYTES = 4096


def lines(capsys: Capture) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def failing() -> str:
    """Fail after a library has logged something."""
    logging.getLogger("some.library").warning("a warning")
    return str(1 / 0)


def streaming() -> tuple[Iterator[str], int]:
    """Stream a body that is produced while it is sent."""

    def body() -> Iterator[str]:
        yield "a"
        logging.getLogger("some.library").warning("a warning")
        yield "b"

    return body(), 200


def breaking() -> Iterator[str]:
    """Stream a body that fails."""
    yield "a"
    raise LookupError("in the middle")


@pytest.mark.control("L4")
def test_the_traceback_and_the_lines_of_libraries_carry_the_request_id(serve: Serve, capsys: Capture) -> None:
    client = serve(failing)
    capsys.readouterr()
    response = client.get("/failing")
    assert response.status_code == 500
    warning, failure, access = lines(capsys)
    assert warning["message"] == "a warning"
    assert "ZeroDivisionError" in failure["exception"]
    assert access["event"] == "request"
    for line in (warning, failure, access):
        assert line["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.control("L4")
def test_lines_written_while_a_response_is_streamed_carry_the_request_id(serve: Serve, capsys: Capture) -> None:
    client = serve(streaming, breaking)
    capsys.readouterr()
    response = client.get("/streaming", buffered=False)
    assert response.text == "ab"
    _, warning = lines(capsys)
    assert warning["request_id"] == response.headers["X-Request-ID"]
    response = client.get("/breaking", headers={"X-Request-ID": "breaking-1"}, buffered=False)
    with pytest.raises(LookupError):
        response.get_data()
    _, failure = lines(capsys)
    assert "LookupError: in the middle" in failure["exception"]
    assert failure["request_id"] == "breaking-1"


@pytest.mark.control("L4")
def test_a_line_outside_of_a_request_has_no_request_id(client: FlaskClient, capsys: Capture) -> None:
    client.get("/healthz")
    logging.getLogger("some.library").warning("a warning")
    assert [line.get("request_id", "none") for line in lines(capsys)][1:] == ["none"]


@pytest.mark.control("L4")
@pytest.mark.parametrize("filler", ["x", "\0", "ä", "\U0001f600", "\u2028", "\ud800", "\n"])
@pytest.mark.parametrize("form", ["json", "text"])
def test_a_line_never_exceeds_the_size_of_an_atomic_write(
    make_app: Callable[..., Flask], capsys: Capture, form: str, filler: str
) -> None:
    client = make_app(log_format=form).test_client()
    capsys.readouterr()
    logger = logging.getLogger("some.library")
    logger.error("%s", filler * 100_000)
    logger.error("it failed", exc_info=ValueError(filler * 100_000))
    logging.getLogger("library." + "x" * 10_000).error("a long name")
    client.get("/" + filler.encode("utf-8", "replace").decode("latin-1") * 10_000, headers={"X-Request-ID": "x" * 64})
    client.open("/", method="X" * 14_000)
    written = capsys.readouterr().out
    records = written.splitlines(keepends=True) if form == "json" else written.split("\n")
    assert len(records) >= 5
    for line in records:
        assert len(line.encode()) <= LINE_BYTES
    if form == "json":
        *_, access = [json.loads(line) for line in records]
        assert access["method"] == "other"
    make_app()


@pytest.mark.control("L4")
def test_a_record_of_many_fields_is_cut_too(app: Flask, service: ModuleType, capsys: Capture) -> None:
    service.core.observability.log.write("error", "an_event", **{f"field_{number}": "x" * 50 for number in range(1000)})
    line = capsys.readouterr().out
    assert len(line.encode()) <= LINE_BYTES
    assert json.loads(line)["event"] == "an_event"


@pytest.mark.control("L4")
def test_the_server_bounds_a_long_method_and_path(served: Served) -> None:
    served.send(f"{'M' * 14_000} /{'p' * 14_000} HTTP/1.1", "Host: localhost", "Connection: close")
    for line in served.output.read_bytes().splitlines(keepends=True):
        assert len(line) <= LINE_BYTES


@pytest.mark.control("L4")
def test_a_long_traceback_keeps_its_end(app: Flask, capsys: Capture) -> None:
    logging.getLogger("some.library").error("it failed", exc_info=ValueError("x" * 9000 + " the end"))
    line = capsys.readouterr().out
    assert len(line.encode()) < LINE_BYTES
    assert json.loads(line)["exception"].endswith(" the end")
