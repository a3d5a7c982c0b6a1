"""Run an action between two steps of a request, as another process could do."""

from collections.abc import Callable
from typing import Any

import pytest

Interleave = Callable[[Any, str, Callable[[], Any]], None]


@pytest.fixture
def interleave(monkeypatch: pytest.MonkeyPatch) -> Interleave:
    """``interleave(module, "function", action)`` runs the action once, right before the next call of the function."""

    def arrange(module: Any, name: str, action: Callable[[], Any]) -> None:
        function = getattr(module, name)

        def call(*arguments: Any, **keywords: Any) -> Any:
            monkeypatch.setattr(module, name, function)
            action()
            return function(*arguments, **keywords)

        monkeypatch.setattr(module, name, call)

    return arrange
