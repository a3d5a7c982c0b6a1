"""``flask doctor`` finds secrets with the same value, and files with secrets that other users can read."""

import dataclasses
from pathlib import Path
from types import ModuleType

import pytest

from tests.core.commands.doctor.report import DEVELOPMENT, Report


def test_two_secrets_with_the_same_value_are_found(
    report: Report, service: ModuleType, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Twin:
        other_key: str = service.core.settings.setting(
            service.core.settings.fields.Secret(), "for the test", secret=True
        )

    load = service.core.settings.load
    monkeypatch.setattr(service.core.settings, "load", lambda *each, environ: load(*each, Twin, environ=environ))
    status, message = report(other_key=environ["APP_SECRET_KEY"], **DEVELOPMENT)["secrets"]
    assert status == "error"
    assert "APP_SECRET_KEY and APP_OTHER_KEY" in message


def test_a_file_with_secrets_that_others_can_read_is_found(report: Report, environ: dict[str, str]) -> None:
    dotenv = Path(environ["APP_SETTINGS"]).with_name(".env")
    dotenv.touch(0o644)
    assert report(**DEVELOPMENT)["files"] == ["error", f"other users can read {dotenv}"]


def test_the_mode_of_a_file_that_the_container_runtime_provides_is_irrelevant(
    report: Report, service: ModuleType, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dotenv = Path(environ["APP_SETTINGS"]).with_name(".env")
    dotenv.touch(0o644)
    monkeypatch.setattr(service.core.checks.files, "PROVIDED", (dotenv.parent,))
    assert report(**DEVELOPMENT)["files"][0] == "ok"
