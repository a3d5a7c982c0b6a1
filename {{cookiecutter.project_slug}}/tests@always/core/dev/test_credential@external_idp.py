"""``make run`` prints a token of the local issuer, or names the provider that issues tokens."""

import pytest
from flask import Flask

from dev import credential, service


@pytest.fixture
def settings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The settings of core that the test replaces."""
    values: dict[str, object] = {}
    monkeypatch.setattr(service, "application", lambda: app)
    monkeypatch.setattr(service, "setting", lambda name: values[name])
    return values


def test_a_token_of_the_local_issuer_is_printed(settings: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    settings["provider_issuer"] = "local"
    commands: list[tuple[str, ...]] = []

    def flask(*arguments: str) -> str:
        commands.append(arguments)
        return "a.token\n"

    monkeypatch.setattr(service, "flask", flask)
    assert credential.credential() == ("'Authorization: Bearer a.token'", [])
    assert " ".join(service.scopes()) in commands[0]


def test_the_provider_that_issues_the_tokens_is_named(settings: dict[str, object]) -> None:
    settings["provider_issuer"] = "https://id.example"
    header, notes = credential.credential()
    assert header == '"Authorization: Bearer $TOKEN"'
    assert "https://id.example" in notes[0]
    assert "export TOKEN=" in notes[1]
