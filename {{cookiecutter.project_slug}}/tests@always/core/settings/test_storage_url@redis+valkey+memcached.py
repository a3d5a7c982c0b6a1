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


@pytest.mark.parametrize("hosts", ["localhost:port", "::1:6379", "[::1:6379", "localhost:1:2", "localhost:99999"])
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
    assert field.deserialize(f"{several}://one:1,two:2/service")
    assert field.deserialize(f"{one}://[::1]:6379")
    assert field.deserialize(f"{one}:///run/limiter.sock")
    for hosts in ("one,two:2", "one:1,two", ""):
        with pytest.raises(service.core.settings.ConfigurationError, match="host:port"):
            make_app(limiter_uri=f"{several}://{hosts}")
    if one != several:
        assert field.deserialize(f"{one}://localhost")
        with pytest.raises(service.core.settings.ConfigurationError, match="several hosts need"):
            make_app(limiter_uri=f"{one}://one:1,two:2")
