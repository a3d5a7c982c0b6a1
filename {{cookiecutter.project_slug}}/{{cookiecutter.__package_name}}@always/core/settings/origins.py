"""Origins as browsers send them: of web pages, applications and browser extensions (RFC 6454, section 6.2)."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from marshmallow import ValidationError

from .fields import HOST, StringList

_WEB_ORIGIN = re.compile(r"(https(?!.*:443$)|http(?!.*:80$))://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?")
# Applications and browser extensions have schemes of their own. A scheme that consists of letters of "https", such as
# "htps", is a typing error; the other excluded schemes have no origin.
_APP_ORIGIN = re.compile(
    r"chrome-extension://[a-p]{32}"
    r"|(?:moz|safari-web)-extension://[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?!(?:[htps]+|file|ftp|wss?|data|blob|about|javascript|[a-z-]+-extension)://)"
    r"[a-z][a-z0-9+.-]*://[A-Za-z0-9._-]{1,253}(?::[1-9][0-9]{0,4})?"
)
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1", "[::1]"}
_PRIVATE_NETWORKS = [
    ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
]


class Origins(StringList):
    """Origins as browsers send them: ``scheme://host[:port]``."""

    def check(self, item: str) -> None:
        """Raise ``ValidationError`` unless the item is an origin with https, of an application, or local with http."""
        if _APP_ORIGIN.fullmatch(item):
            return
        found = _WEB_ORIGIN.fullmatch(item)
        scheme, host, port = found.groups() if found else ("", "", None)
        if not _is_host(host) or int(port or 0) > 65535:
            raise ValidationError(f"{item!r} is not an origin of the form https://host[:port], as browsers send it.")
        if scheme == "http" and not (host in LOCAL_HOSTS or host.endswith(".localhost") or is_private(host)):
            raise ValidationError(
                f"{item!r} uses plain http, which is only allowed for localhost, private addresses, .test and .local."
            )


def is_private(host: str) -> bool:
    """Return whether a host is a private address, or a name that is reserved for local use (RFC 6761, RFC 6762)."""
    address = _address(host)
    return any(address in each for each in _PRIVATE_NETWORKS) if address else host.endswith((".test", ".local"))


def _is_host(host: str) -> bool:
    if address := _address(host):
        return host == (f"[{address}]" if address.version == 6 else str(address))  # browsers write the shortest form
    return HOST.fullmatch(host) is not None and not re.search(r"^\[|(^|\.)([0-9]+|0x[0-9a-f]*)$", host)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
