"""The module of a service that creates development certificates."""

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.conftest import Bake


@pytest.fixture
def certificates(bake: Bake, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Import the module from a service."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(bake({})))
    from dev import certificates  # type: ignore[import-not-found]

    yield certificates
    for name in [name for name in sys.modules if name.partition(".")[0] == "dev"]:
        sys.modules.pop(name, None)
