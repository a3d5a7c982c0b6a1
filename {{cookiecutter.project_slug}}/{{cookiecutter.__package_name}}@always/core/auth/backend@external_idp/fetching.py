"""Fetch what the provider publishes: bounded in time and size, over HTTPS, following no redirect."""

import ssl
import time
from pathlib import Path
from typing import Any

from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from ...strict_json import NotStrict, parse

SECONDS = 2.0  # to connect, and between two parts of an answer
SECONDS_IN_ALL = 5.0
MAX_BYTES = 256 * 1024


class Connection(ssl.SSLSocket):
    """A connection that may be read for ``SECONDS_IN_ALL``: a time-out alone begins anew with each byte that comes."""

    def do_handshake(self, block: bool = False) -> None:
        """Agree on a key; the time for the answer begins here."""
        super().do_handshake(block)
        self._deadline = time.monotonic() + SECONDS_IN_ALL

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Read what has come. Raises ``TimeoutError``."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.settimeout(min(left, SECONDS))
        return super().recv_into(*args, **kwargs)


class Unreachable(Exception):
    """The provider does not answer, or not as it should; the message says what is wrong."""


class Fetcher:
    """Reads JSON objects from the provider."""

    def __init__(self, ca: Path | None) -> None:
        """Trust the CA in this file alone, or the public ones of this machine."""
        self._tls = ssl.create_default_context(cafile=ca)
        self._tls.sslsocket_class = Connection

    def __call__(self, address: str) -> dict[str, Any]:
        """Return the object at the address. Raises ``Unreachable``."""
        if not address.startswith("https://"):
            raise Unreachable(f"{address!a} is not https")
        try:
            value = parse(self._content(address))
        except (HTTPError, OSError, NotStrict) as error:
            raise Unreachable(f"{address}: {error}") from None
        if not isinstance(value, dict):
            raise Unreachable(f"{address} is no JSON object")
        return value

    def _content(self, address: str) -> bytes:
        content = b""
        with (
            PoolManager(ssl_context=self._tls, retries=False, timeout=Timeout(connect=SECONDS, read=SECONDS)) as pool,
            pool.request("GET", address, redirect=False, preload_content=False, decode_content=False) as answer,
        ):
            if answer.status != 200:
                raise Unreachable(f"{address} answers {answer.status}")
            while part := answer.read1(MAX_BYTES):
                content += part
                if len(content) > MAX_BYTES:
                    raise Unreachable(f"{address} is too long")
        return content
