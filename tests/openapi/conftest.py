"""A running service of each style, a credential of it, and its OpenAPI document.

The service is installed and started as its owner would, and called over HTTPS.
"""

import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.selection import sample
from tests.services import Service, bake, started
from tests.template import CHOICES


@pytest.fixture(scope="module", params=sample(CHOICES["auth_style"], ["api_key"]))
def style(request: pytest.FixtureRequest) -> str:
    """Each auth style."""
    return str(request.param)


@pytest.fixture(scope="module")
def service(style: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service of the auth style."""
    folder = bake(tmp_path_factory.mktemp(style), {"auth_style": style})
    limits = tomllib.loads((folder / "settings.toml").read_text("utf-8"))["limits"]
    # The tests send requests faster than the default limits allow.
    rates = {
        f"APP_LIMITS_{name.upper()}": "1000000/minute"
        for name, value in limits.items()
        if "/" in value
    }
    with started(folder, rates) as running:
        yield running


@pytest.fixture
def credential(service: Service, style: str) -> tuple[str, str]:
    """The header of a new caller; a test that calls every endpoint may revoke its own key."""
    ((name, value),) = importlib.import_module(f"tests.smoke.{style}").credential(service).items()
    return name, value


@pytest.fixture
def document(service: Service, tmp_path: Path) -> Path:
    """The document that the service returns, in a file."""
    file = tmp_path / "openapi.json"
    with service.client() as client:
        file.write_text(client.get("/openapi.json").text, "utf-8")
    return file
