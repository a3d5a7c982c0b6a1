"""``make run`` prints a token, or says where one comes from."""

from pathlib import Path
from typing import Any

import pytest

from dev import credential


def issue(*_arguments: str) -> str:
    return "a token\n"


def call(_path: str, **_options: Any) -> None:
    raise AssertionError("nothing is to be asked")


def test_a_token_of_the_local_issuer_is_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APP_SETTINGS", str(tmp_path / "settings.toml"))
    (tmp_path / "settings.toml").write_text('[provider]\nissuer = "local"\n', "utf-8")
    assert credential.header(issue, call) == "Authorization: Bearer a token"


def test_where_a_provider_issues_the_tokens_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP_SETTINGS", str(tmp_path / "settings.toml"))
    (tmp_path / "settings.toml").write_text('[provider]\nissuer = "https://id.example"\n', "utf-8")
    assert credential.header(issue, call) == "Authorization: Bearer $TOKEN"
    told = capsys.readouterr().out
    assert "https://id.example" in told
    assert "export TOKEN=" in told
