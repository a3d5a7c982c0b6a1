"""The limiter storage of the tests: the memory of the process, as in production."""

import pytest


@pytest.fixture(scope="session")
def limiter_uri() -> str:
    """Return where the limiter counts."""
    return "memory://"
