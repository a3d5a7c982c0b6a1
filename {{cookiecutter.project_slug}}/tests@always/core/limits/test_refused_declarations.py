"""Limits that a view declares in vain: the service does not start with them."""

from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint
from flask_limiter import Limit, Limiter

from tests.core.probe import limiter, serve

__all__ = ["limiter", "serve"]


@pytest.mark.parametrize("declare", ["blueprint", "exempt", "default"])
def test_what_would_have_no_effect_stops_the_start(
    service: ModuleType, limiter: Limiter, serve: Any, monkeypatch: pytest.MonkeyPatch, declare: str
) -> None:
    def view() -> str:
        return ""

    if declare == "exempt":
        limiter.exempt(view)
    elif declare == "default":
        monkeypatch.setattr(limiter.limit_manager, "_default_limits", [Limit("1/minute").bind(limiter)])
    else:
        limiter.limit("1/minute")(Blueprint("tried", __name__))
    with pytest.raises(service.core.settings.ConfigurationError, match=r"limit|@unlimited"):
        serve(view)


@pytest.mark.parametrize("mark", ["rationed", "spends"])
def test_a_ration_that_no_setting_names_stops_the_start(service: ModuleType, serve: Any, mark: str) -> None:
    @getattr(service.core.limits, mark)("teapots")
    def pot() -> str:
        return ""

    with pytest.raises(service.core.settings.ConfigurationError, match="'teapots', which is no budget"):
        serve(pot)
