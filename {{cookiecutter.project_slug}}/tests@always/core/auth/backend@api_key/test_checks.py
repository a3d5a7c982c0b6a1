"""The check of ``flask doctor`` for API keys."""

import json
from collections.abc import Callable
from secrets import token_urlsafe
from types import ModuleType
from unittest.mock import Mock

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.exceptions import ServiceUnavailable

MakeCaller = Callable[..., FlaskClient]


def test_keys_with_a_pepper_that_is_not_in_the_settings_are_reported(
    service: ModuleType, app: Flask, caller: MakeCaller, environ: dict[str, str]
) -> None:
    models = service.core.auth.backend.models
    with app.app_context(), service.core.database.transaction() as connection:
        connection.execute(update(models.Key).values(revoked_at=service.core.clock.now()))
    assert statuses(app, environ) == ["ok"]
    assert statuses(app, environ | {"APP_KEYS_MAX_DAYS": "90"}) == ["ok"]
    assert statuses(app, environ | {"APP_KEYS_MAX_DAYS": "89"}) == ["warning"], "shorter than the default lifetime"
    caller()
    assert statuses(app, environ | {"APP_KEY_PEPPER": token_urlsafe(32)}) == ["error"]
    previous = {"APP_KEY_PEPPER": token_urlsafe(32), "APP_KEY_PEPPER_PREVIOUS": token_urlsafe(32)}
    assert statuses(app, environ | previous) == ["error", "warning"]


def test_the_check_is_skipped_while_the_database_is_unavailable(
    service: ModuleType, app: Flask, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.database.Database, "connect", Mock(side_effect=ServiceUnavailable))
    assert statuses(app, environ) == ["skipped"]


def statuses(app: Flask, environ: dict[str, str]) -> list[str]:
    """Return the statuses of the check with these environment variables."""
    result = app.test_cli_runner().invoke(args=["doctor", "--json"], env=environ)
    return [line["status"] for line in json.loads(result.stdout) if line["check"] == "keys"]
