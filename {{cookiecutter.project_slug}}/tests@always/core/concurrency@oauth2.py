"""Let something happen between two steps of a request, as another process could do it."""

from collections.abc import Callable
from typing import Any

import pytest

Meanwhile = Callable[[Any, str, Callable[[], Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """``meanwhile(module, "function", happens)``: it happens once, when the function is called and before it runs."""

    def arrange(module: Any, name: str, happens: Callable[[], Any]) -> None:
        function = getattr(module, name)

        def run(*arguments: Any, **named: Any) -> Any:
            monkeypatch.setattr(module, name, function)
            happens()
            return function(*arguments, **named)

        monkeypatch.setattr(module, name, run)

    return arrange
