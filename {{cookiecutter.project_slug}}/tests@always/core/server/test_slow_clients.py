"""Slow clients do not keep other clients from being served, and free their slots when they disconnect."""

import json
import time
from contextlib import ExitStack, closing, suppress
from http.client import HTTPException, HTTPSConnection

import pytest

from tests.core.live_server import HOST, Served

IDLE = 100
BODY = b'{"name": "lamp"}'
POST = ("POST /api/v1/probes HTTP/1.1", "Host: localhost", "Content-Type: application/json")
SIZED = (f"Content-Length: {len(BODY)}",)
UNFINISHED = {
    "with a length": (("Content-Length: 500",), BODY),
    # The server also ends a chunked body where the client disconnects, so only its content can show that it is cut off.
    "chunked": (("Transfer-Encoding: chunked",), b"1f4\r\n" + BODY[:-1]),
}


def first_bytes(served: Served, *lines: str, body: bytes = b"") -> bytes:
    """Return the beginning of the response to a request."""
    with closing(served.connect()) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return connection.recv(65536)


def hold(stack: ExitStack, served: Served, number: int, *lines: str, body: bytes = BODY) -> None:
    """Start requests whose bodies never end, and disconnect when the stack is closed."""
    for _ in range(number):
        slow = stack.enter_context(closing(served.connect()))
        slow.sendall("\r\n".join([*POST, *lines, "", ""]).encode() + body)


def create_when_slots_are_free(served: Served, credential: list[str]) -> None:
    """Create a probe as soon as the service has noticed that slow clients have disconnected."""
    deadline = time.monotonic() + 10
    while not (created := first_bytes(served, *POST, *credential, *SIZED, body=BODY)).startswith(b"HTTP/1.1 201"):
        assert time.monotonic() < deadline, created


@pytest.mark.control("I2")
@pytest.mark.parametrize(("framing", "body"), UNFINISHED.values(), ids=UNFINISHED)
def test_callers_are_served_during_slow_uploads_from_their_own_address(
    served: Served, credential: list[str], framing: tuple[str, ...], body: bytes
) -> None:
    create_when_slots_are_free(served, credential)
    with ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(closing(served.connect()))
        hold(stack, served, 12, *credential, *framing, body=body)
        hold(stack, served, 12, *framing, body=body)
        assert first_bytes(served, *POST, *credential, *SIZED, body=BODY).startswith(b"HTTP/1.1 201")
        assert first_bytes(served, "GET /api/v1/probes HTTP/1.1", "Host: localhost", *credential).startswith(
            b"HTTP/1.1 200"
        )
    create_when_slots_are_free(served, credential)
    lines = ("GET /api/v1/probes HTTP/1.1", "Host: localhost", "Connection: close", *credential)
    found = json.loads(served.send(*lines).partition(b"\r\n\r\n")[2])["probes"]
    assert len(found) == 3, "no body whose client disconnected was accepted"


@pytest.mark.control("I2")
def test_beyond_the_number_of_slow_uploads_a_body_is_503_and_requests_without_a_body_are_served(
    served: Served, credential: list[str]
) -> None:
    with ExitStack() as stack:
        hold(stack, served, 20, *credential, "Content-Length: 500")
        deadline = time.monotonic() + 10  # the service may still be about to read the slow bodies
        while not (rejected := first_bytes(served, *POST, *credential, *SIZED, body=BODY)).startswith(b"HTTP/1.1 503"):
            assert time.monotonic() < deadline, rejected
        assert b"retry-after: 1\r\n" in rejected
        assert first_bytes(served, "GET /api/v1/probes HTTP/1.1", "Host: localhost", *credential).startswith(
            b"HTTP/1.1 200"
        )
    create_when_slots_are_free(served, credential)


@pytest.mark.control("E1", "H1")
@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "chunked"])
@pytest.mark.parametrize("size", [60_000, 1_000_000, 10_000_000])
def test_a_rejected_body_is_read_so_that_the_client_receives_the_response(
    served: Served, size: int, *, chunked: bool
) -> None:
    """Closing the connection while the client still sends can lose the response. Here it is even used again."""

    def statuses_of_one_connection() -> list[int]:
        connection = HTTPSConnection(HOST, served.port, timeout=10, context=served.trusting())
        statuses = []
        with closing(connection), suppress(HTTPException, OSError):
            connection.connect()
            connection.auto_open = 0
            for _ in range(3):
                body = (b"x" * 10_000 for _ in range(size // 10_000)) if chunked else b"x" * size
                headers = {"Host": "localhost", **({"Transfer-Encoding": "chunked"} if chunked else {})}
                connection.request("POST", "/api/v1/probes", body=body, headers=headers, encode_chunked=chunked)
                with connection.getresponse() as rejected:
                    statuses.append(rejected.status)
                    rejected.read()
        return statuses

    deadline = time.monotonic() + 10
    while statuses_of_one_connection() != [401] * 3:  # slow clients of another test may still occupy slots
        assert time.monotonic() < deadline


@pytest.mark.control("H1")
def test_a_client_that_expects_100_continue_is_rejected_before_it_sends_the_body(served: Served) -> None:
    lines = (*POST, "Content-Length: 10000000", "Expect: 100-continue")
    assert first_bytes(served, *lines).startswith(b"HTTP/1.1 401")
