"""Bodies of ``/oauth2/token`` on a real connection: chunked bodies, and slow ones of other clients."""

import json
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest
from flask import Flask

from tests.core.credentials import create_service_client
from tests.core.live_server import Served

FORM = ("Host: localhost", "Content-Type: application/x-www-form-urlencoded")
TOKEN = ("POST /oauth2/token HTTP/1.1", *FORM)
CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture
def chunks(served: Served, make_app: Callable[..., Flask]) -> bytes:
    """The chunked body of a token request to the running service."""
    same = make_app(**{name.removeprefix("APP_").lower(): value for name, value in served.environ.items()})
    client = create_service_client(same)
    form = f"grant_type=client_credentials&client_id={client['id']}&client_secret={client['secret']}".encode()
    return b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (10, form[:10], len(form) - 10, form[10:])


@pytest.mark.control("H1")
def test_a_chunked_form_is_accepted(served: Served, chunks: bytes) -> None:
    response = served.send(*TOKEN, CHUNKED, "Connection: close", body=chunks)
    assert response.startswith(b"HTTP/1.1 200")
    assert json.loads(response.partition(b"\r\n\r\n")[2])["access_token"]


@pytest.mark.control("H1", "O10")
@pytest.mark.parametrize("coding", ["gzip, chunked", "identity"])
def test_another_transfer_coding_is_400(served: Served, coding: str) -> None:
    response = served.send(*TOKEN, f"Transfer-Encoding: {coding}", body=b"0\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 400")
    assert response.count(b"HTTP/1.1 ") == 1


@pytest.mark.control("I2")
def test_slow_bodies_block_neither_tokens_nor_sign_ins(served: Served, chunks: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(12):
            slow = stack.enter_context(closing(served.connect()))
            slow.sendall("\r\n".join([*TOKEN, "Content-Length: 500", "", "grant_type="]).encode())
        assert served.send(*TOKEN, CHUNKED, "Connection: close", body=chunks).startswith(b"HTTP/1.1 200")
        sign_in = ("POST /oauth2/login HTTP/1.1", *FORM, "Content-Length: 8", "Connection: close")
        assert served.send(*sign_in, body=b"name=ada").startswith(b"HTTP/1.1 403")  # without a CSRF token
