"""The tests of this service; their fixtures are described in ``tests/core/fixtures.py``."""

pytest_plugins = ["tests.core.fixtures"]
