"""Fetch JSON documents that the provider publishes: over HTTPS, limited in time and size, without redirects.

As with curl, ``HTTPS_PROXY`` and ``NO_PROXY`` name the proxy and the hosts and networks to reach without it.
``SSL_CERT_FILE`` replaces the public CAs of the machine.
"""

import ssl
import time
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from urllib3 import PoolManager, ProxyManager, Timeout, make_headers
from urllib3.exceptions import HTTPError

from ...strict_json import parse

TIMEOUT = 2.0  # seconds to connect, and between two reads
TOTAL_TIMEOUT = 5.0  # seconds for a whole response
MAX_BYTES = 256 * 1024


class DeadlineSocket(ssl.SSLSocket):
    """A TLS connection with a deadline for all reads; a socket timeout alone restarts with each byte received."""

    def do_handshake(self, block: bool = False) -> None:
        """Perform the handshake; the deadline is ``TOTAL_TIMEOUT`` seconds after it."""
        super().do_handshake(block)
        self._deadline = time.monotonic() + TOTAL_TIMEOUT

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Read the available bytes. Raises ``TimeoutError`` after the deadline."""
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self.settimeout(min(remaining, TIMEOUT))
        return super().recv_into(*args, **kwargs)


class ProviderUnavailable(Exception):
    """The provider does not respond, or its response is invalid; the message states the fault."""


class Fetcher:
    """A function from the URL of a JSON object to the object."""

    def __init__(self, ca: Path | None) -> None:
        """Trust only the CAs in this file, or the public CAs of this machine if it is None."""
        self._tls = ssl.create_default_context(cafile=ca)
        self._tls.sslsocket_class = DeadlineSocket

    def __call__(self, url: str) -> dict[str, Any]:
        """Return the object at the URL. Raises ``ProviderUnavailable``."""
        if not url.startswith("https://"):
            raise ProviderUnavailable(f"{url!a} is not an https URL")
        try:
            value = parse(self._download(url))
        except (HTTPError, OSError, ValueError) as error:
            raise ProviderUnavailable(f"{url}: {error}") from None
        if not isinstance(value, dict):
            raise ProviderUnavailable(f"{url} is not a JSON object")
        return value

    def _download(self, url: str) -> bytes:
        content, deadline = b"", time.monotonic() + TOTAL_TIMEOUT
        timeout = Timeout(connect=TIMEOUT, read=TIMEOUT)
        with (
            _connections(url, ssl_context=self._tls, retries=False, timeout=timeout) as pool,
            pool.request("GET", url, redirect=False, preload_content=False, decode_content=False) as response,
        ):
            if response.status != 200:
                raise ProviderUnavailable(f"{url} returned status {response.status}")
            while chunk := response.read1(MAX_BYTES):
                content += chunk
                if len(content) > MAX_BYTES:
                    raise ProviderUnavailable(f"{url} is longer than {MAX_BYTES} bytes")
                if time.monotonic() > deadline:  # TLS inside the TLS connection of a proxy uses no DeadlineSocket
                    raise ProviderUnavailable(f"{url} took longer than {TOTAL_TIMEOUT:g} seconds")
        return content


def _connections(url: str, **options: Any) -> PoolManager:
    """Return connections to the host of the URL: direct ones, or ones through the proxy of the environment."""
    proxies = getproxies()
    proxy, target = proxies.get("https") or proxies.get("all"), urlsplit(url)
    netloc = target.netloc if target.port else f"{target.netloc}:443"
    if not proxy or proxy_bypass(netloc) or _is_in_networks(target.hostname or "", proxies.get("no", "")):
        return PoolManager(**options)
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        headers = make_headers(proxy_basic_auth=unquote(parts.netloc.rpartition("@")[0])) if parts.username else {}
        proxy_url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return ProxyManager(proxy_url, proxy_headers=headers, **options)
    except (HTTPError, ValueError):
        raise ProviderUnavailable("HTTPS_PROXY is not the URL of an HTTP proxy, such as http://proxy:3128") from None


def _is_in_networks(host: str, no_proxy: str) -> bool:
    """Return whether the host is an address in one of the networks of ``NO_PROXY``, which ``proxy_bypass`` ignores."""
    for entry in no_proxy.split(","):
        with suppress(ValueError):
            if ip_address(host) in ip_network(entry.strip().strip("[]"), strict=False):
                return True
    return False
