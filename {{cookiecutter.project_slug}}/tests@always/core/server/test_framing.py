"""Where a body ends: Content-Length, chunked bodies, and framings on which servers disagree."""

import pytest

from tests.core.live_server import Served

CHUNKED = (
    "POST /api/v1/probes HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
    "Transfer-Encoding: chunked",
)
AMBIGUOUS = {
    "both lengths": ("Content-Length: 6", "Transfer-Encoding: chunked"),
    "encoded twice": ("Transfer-Encoding: gzip, chunked",),
    "chunked twice": ("Transfer-Encoding: chunked, chunked",),
    "two fields": ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    "chunked first": ("Transfer-Encoding: chunked, identity",),
    "an unknown coding": ("Transfer-Encoding: xchunked", "Content-Length: 5"),
    "identity": ("Transfer-Encoding: identity",),
    "two lengths": ("Content-Length: 5", "Content-Length: 6"),
    "a signed length": ("Content-Length: +5",),
}
SMUGGLED = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.control("H1")
@pytest.mark.parametrize("framing", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_a_body_of_ambiguous_length_gets_one_response_and_the_connection_is_closed(
    served: Served, framing: tuple[str, ...]
) -> None:
    response = served.send("POST /api/v1/probes HTTP/1.1", "Host: localhost", *framing, body=SMUGGLED)
    assert response.count(b"HTTP/1.1 ") == 1
    # Of two lengths, the server uses that of Transfer-Encoding (RFC 9112, section 6.3).
    assert response.startswith(b"HTTP/1.1 401" if "Content-Length: 6" in framing[:1] else b"HTTP/1.1 400")


@pytest.mark.control("H1")
@pytest.mark.parametrize("chunks", [b"zz\r\n{}\r\n0\r\n\r\n", b"-1\r\n", b"2\r\n{}xx0\r\n\r\n", b"f" * 20 + b"\r\n"])
def test_a_malformed_chunk_gets_one_response_and_the_connection_is_closed(
    served: Served, credential: list[str], chunks: bytes
) -> None:
    response = served.send(*CHUNKED, *credential, body=chunks + SMUGGLED)
    assert response.count(b"HTTP/1.1 ") == 1
    assert response.startswith((b"HTTP/1.1 400", b"HTTP/1.1 422"))


@pytest.mark.control("H1")
@pytest.mark.parametrize(
    ("chunks", "status"),
    [
        (b'10\r\n{"name": "lamp"}\r\n0\r\n\r\n', b"201"),
        (b'8;n=v\r\n{"name":\r\n8\r\n "lamp"}\r\n0\r\nX-Trailer: t\r\n\r\n', b"201"),
        (b"0\r\n\r\n", b"400"),
        (b"20000\r\n" + b"x" * 0x20000 + b"\r\n0\r\n\r\n", b"413"),
    ],
    ids=["one chunk", "two chunks", "no content", "too large"],
)
def test_a_chunked_body_is_read_like_any_other(
    served: Served, credential: list[str], chunks: bytes, status: bytes
) -> None:
    response = served.send(*CHUNKED, "Connection: close", *credential, body=chunks)
    assert response.startswith(b"HTTP/1.1 " + status)


@pytest.mark.control("H1")
def test_the_next_request_on_a_connection_follows_a_chunked_body(served: Served, credential: list[str]) -> None:
    chunks = b'10\r\n{"name": "lamp"}\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    statuses = [part[:3] for part in served.send(*CHUNKED, *credential, body=chunks).split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"201", b"200"]


@pytest.mark.control("H1")
@pytest.mark.parametrize(
    "framing",
    [
        ("Content-Length: 6", "Expect: 100-continue"),
        ("Transfer-Encoding: chunked", "Expect: 100-continue"),
        ("Content-Length: 99999999",),
    ],
    ids=["not sent", "no chunk sent", "larger than what is discarded"],
)
def test_a_response_to_an_unread_body_announces_that_the_connection_is_closed(
    served: Served, framing: tuple[str, ...]
) -> None:
    for _ in range(5):  # without the header of the service, the server adds its own to most of them
        response = served.send("POST /api/v1/probes HTTP/1.1", "Host: localhost", *framing).lower()
        assert response.startswith(b"http/1.1 401")
        assert response.count(b"connection: close") == 1
