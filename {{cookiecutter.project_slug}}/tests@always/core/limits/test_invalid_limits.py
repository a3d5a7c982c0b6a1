"""Limits that cannot have the declared effect prevent startup."""

from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint
from flask_limiter import Limit, Limiter


@pytest.mark.parametrize("declared", ["unknown setting", "another scope", "name of a general limit", "invalid rate"])
def test_an_invalid_limit_prevents_startup(service: ModuleType, limiter: Limiter, serve: Any, declared: str) -> None:
    setting = service.core.limits.SettingRate
    limit = {
        "unknown setting": limiter.shared_limit(setting("teapots"), scope="teapots"),
        "another scope": limiter.shared_limit(setting("address"), scope="teapots"),
        "name of a general limit": limiter.shared_limit("5/minute", scope="address"),
        "invalid rate": limiter.limit("5 per fortnight"),
    }[declared]

    @limit
    def pot() -> str:
        return ""

    with pytest.raises(service.core.settings.ConfigurationError, match=r"views\.pot"):
        serve(pot)


def test_an_invalid_limit_of_a_blueprint_prevents_startup(service: ModuleType, limiter: Limiter, serve: Any) -> None:
    blueprint = Blueprint("views", __name__)
    limiter.limit("5 per fortnight")(blueprint)
    with pytest.raises(service.core.settings.ConfigurationError, match="invalid rate limit '5 per fortnight'"):
        serve(lambda: "", blueprint=blueprint)


@pytest.mark.parametrize("option", ["filter", "default"])
def test_an_option_without_effect_prevents_startup(
    service: ModuleType, limiter: Limiter, serve: Any, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    def view() -> str:
        return ""

    if option == "filter":
        monkeypatch.setattr(limiter, "_request_filters", [lambda: True])
    else:
        monkeypatch.setattr(limiter.limit_manager, "_default_limits", [Limit("1/minute").bind(limiter)])
    with pytest.raises(service.core.settings.ConfigurationError, match="have no effect"):
        serve(view)
