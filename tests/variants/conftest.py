"""A service of each variant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.template import label, variants


@pytest.fixture(params=list(variants()), ids=label)
def answers(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the answers of each variant."""
    chosen: dict[str, str] = request.param
    return chosen


@pytest.fixture
def service(
    answers: dict[str, str], bake: Bake, record_property: Callable[[str, object], None]
) -> Path:
    """Render the variant."""
    record_property("baked", label(answers))
    return bake(answers)
