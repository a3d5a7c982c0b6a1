"""An invalid URL of the limiter storage prevents startup, instead of making each worker count alone."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


@pytest.fixture
def schemes(service: ModuleType) -> tuple[str, str]:
    """The scheme of a URL with one host, and one of a URL with several."""
    limiter = service.core.settings.limiter
    return limiter.SCHEMES[0], limiter.LIST_SCHEMES[0]


HOSTS = """localhost:port ::1:6379 [::1:6379 [localhost]:6379 localhost:1:2 localhost:99999 localhost:0 localhost: :6379
    ${HOST}:6379 <host>:6379 two..dots:6379 .dot:6379"""


@pytest.mark.parametrize("hosts", [*HOSTS.split(), "local host:6379", "localhost:6379 /0", ""])
def test_an_invalid_host_prevents_startup(
    make_app: MakeApp, service: ModuleType, schemes: tuple[str, str], hosts: str
) -> None:
    for scheme in schemes:
        with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_LIMITER_URI .* host:port") as error:
            make_app(limiter_uri=f"{scheme}://service:geheim@{hosts}")
        assert "geheim" not in error.value.message


def test_a_list_of_hosts_needs_its_scheme_and_ports(
    make_app: MakeApp, service: ModuleType, schemes: tuple[str, str]
) -> None:
    one, several = schemes
    field = service.core.settings.core.Settings.__dataclass_fields__["limiter_uri"].metadata["field"]
    assert field.deserialize(f"{several}://one:1, two:2{'/service' if 'sentinel' in several else ''}")
    for host in ("[::1]:6379", "[fe80::1%eth0]:6379", "limiter_storage:6379", "Counters.example.:6379"):
        assert field.deserialize(f"{one}://{host}")
    socket = service.core.settings.limiter.SOCKET
    assert field.deserialize(socket)
    assert field.deserialize(socket.replace(".sock", "/limiter.sock"))
    for hosts in ("one,two:2", "one:1,two", ""):
        with pytest.raises(service.core.settings.ConfigurationError, match="host:port"):
            make_app(limiter_uri=f"{several}://{hosts}")
    if one != several:
        assert field.deserialize(f"{one}://localhost")
        with pytest.raises(service.core.settings.ConfigurationError, match="several hosts need"):
            make_app(limiter_uri=f"{one}://one:1,two:2")
