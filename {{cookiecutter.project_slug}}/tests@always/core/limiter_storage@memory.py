"""The limiter storage of the tests: memory, as in production."""

import pytest


@pytest.fixture(scope="session")
def limiter_uri() -> str:
    """Return the only URI of this storage."""
    return "memory://"
