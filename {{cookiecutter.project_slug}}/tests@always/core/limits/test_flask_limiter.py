"""Flask-Limiter supplies the decorators; it opens no storage, and the service overrides how it checks a request."""

from typing import Any

import pytest
from flask_limiter import Limiter


def test_flask_limiter_opens_no_storage_and_adds_no_hooks(limiter: Limiter, serve: Any) -> None:
    assert "limiter" not in serve().application.extensions
    assert not limiter.initialized


def test_flask_limiter_calls_the_method_that_is_overridden(
    limiter: Limiter, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrapper of a view calls this private method after validation, in the pinned version of Flask-Limiter."""
    called: list[str | None] = []

    def check(_self: Limiter, callable_name: str | None = None, in_middleware: bool = True) -> None:
        called.append(callable_name)

    monkeypatch.setattr(type(limiter), "_check_request_limit", check)

    @limiter.limit("1/minute")
    def tea() -> str:
        return "tea"

    assert serve(tea).get("/tea").status_code == 200
    assert [name.rpartition(".")[2] for name in called if name] == ["tea"]
