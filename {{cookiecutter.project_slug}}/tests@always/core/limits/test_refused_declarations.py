"""Limits that a view declares in vain: the service does not start with them."""

from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint
from flask_limiter import Limit, Limiter

from tests.core.probe import limiter, serve

__all__ = ["limiter", "serve"]


@pytest.mark.parametrize("declare", ["blueprint", "filter", "default"])
def test_what_would_have_no_effect_stops_the_start(
    service: ModuleType, limiter: Limiter, serve: Any, monkeypatch: pytest.MonkeyPatch, declare: str
) -> None:
    def view() -> str:
        return ""

    blueprint = Blueprint("tried", __name__)
    if declare == "filter":
        monkeypatch.setattr(limiter, "_request_filters", [lambda: True])
    elif declare == "default":
        monkeypatch.setattr(limiter.limit_manager, "_default_limits", [Limit("1/minute").bind(limiter)])
    else:
        limiter.limit("1/minute")(blueprint)
    with pytest.raises(service.core.settings.ConfigurationError, match="limit"):
        serve(view)


@pytest.mark.parametrize("declared", ["unknown setting", "name of a general limit", "invalid rate"])
def test_an_invalid_limit_prevents_the_start(service: ModuleType, limiter: Limiter, serve: Any, declared: str) -> None:
    limit = {
        "unknown setting": limiter.shared_limit(service.core.limits.SettingRate("teapots"), scope="teapots"),
        "name of a general limit": limiter.shared_limit("5/minute", scope="address"),
        "invalid rate": limiter.limit("5 per fortnight"),
    }[declared]

    @limit
    def pot() -> str:
        return ""

    with pytest.raises(service.core.settings.ConfigurationError, match=r"tried\.pot"):
        serve(pot)
