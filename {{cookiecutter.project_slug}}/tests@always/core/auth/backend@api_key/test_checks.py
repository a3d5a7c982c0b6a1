"""What ``flask doctor`` finds of API keys."""

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


def test_keys_under_a_pepper_that_is_gone_are_found(
    service: ModuleType, app: Flask, caller: MakeCaller, environ: dict[str, str]
) -> None:
    models = service.core.auth.backend.models
    with app.app_context(), service.core.database.transaction() as connection:
        connection.execute(update(models.Key).values(revoked_at=service.core.clock.now()))
    assert lines(app, environ) == ["ok"]
    caller()
    assert lines(app, environ | {"APP_KEY_PEPPER": token_urlsafe(32)}) == ["error"]
    previous = {"APP_KEY_PEPPER": token_urlsafe(32), "APP_KEY_PEPPER_PREVIOUS": token_urlsafe(32)}
    assert lines(app, environ | previous) == ["error", "warning"]


def test_keys_in_a_database_that_is_away_are_not_looked_at(
    service: ModuleType, app: Flask, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.core.database.Database, "connect", Mock(side_effect=ServiceUnavailable))
    assert lines(app, environ) == ["skipped"]


def lines(app: Flask, environ: dict[str, str]) -> list[str]:
    done = app.test_cli_runner().invoke(args=["doctor", "--json"], env=environ)
    return [line["status"] for line in json.loads(done.stdout) if line["check"] == "keys"]
