"""Answers that no prompt accepts are rejected.

They come from the user's configuration, a replay or an argument such as `__package_name=evil`.
"""

from pathlib import Path

import pytest

from tests.answers.errors import VALID, errors_of
from tests.template import CHOICES, hook


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("__cors_origins_quoted", '["*"]'),
        ("__cors_origins_quoted", "["),
        ("__project_name_quoted", '"Other"'),
        ("__project_name_quoted", '["Acme API"]'),
        ("__description_markdown", "[x](https://evil.example)"),
    ],
)
def test_an_escaped_form_of_another_string_is_rejected(name: str, form: str) -> None:
    """The files contain the answer that was checked."""
    context = {**VALID, name: form}
    ((named, value, rule),) = hook("pre_gen_project", context).invalid_answers(context)
    assert named == name.strip("_").rpartition("_")[0]
    assert value == VALID[named]
    assert name in rule


@pytest.mark.parametrize("question", CHOICES)
def test_an_unknown_choice_is_rejected(question: str) -> None:
    """It may come from a replay of answers to an older template."""
    ((named, value, rule),) = errors_of(question, "mysql")
    assert (named, value) == (question, "mysql")
    assert all(choice in rule for choice in CHOICES[question])


@pytest.mark.parametrize("value", [None, 7, {"name": "Ada"}])
def test_an_answer_that_is_not_a_string_is_rejected(value: object) -> None:
    """The user's configuration can contain `author_name:` without a value."""
    context = {**VALID, "author_name": value}
    ((question, _, rule),) = hook("pre_gen_project", context).invalid_answers(context)
    assert question == "author_name"
    assert "must be a string" in rule


@pytest.mark.parametrize(
    ("defaults", "question", "rule"),
    [
        ("auth_style: saml", "auth_style", "must be one of api_key, external_idp, oauth2"),
        ("database: [sqlite]", "database", "must be one of postgresql, sqlite"),
        ("database: true", "database", "must be one of postgresql, sqlite"),
        ("cors_origins: [https://a.example, https://b.example]", "cors_origins", "commas"),
        ("_reserved_names: []", "_reserved_names", "must not be set"),
        ("__package_name: evil", "__package_name", "must not be set"),
    ],
)
def test_an_invalid_default_of_the_users_configuration_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, defaults: str, question: str, rule: str
) -> None:
    """Cookiecutter ignores these defaults, and those after an unknown choice, or parts of them."""
    config = tmp_path / "config.yaml"
    config.write_text(f"default_context:\n  full_name: [any]\n  {defaults}\n  ci: gitlab\n")
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(config))
    ((named, _, broken),) = hook("pre_gen_project", VALID).invalid_defaults(VALID)
    assert named == f"{question} in {config}"
    assert rule in broken


@pytest.mark.parametrize("content", ["", "default_context:\n", "cookiecutters_dir: /tmp\n", None])
def test_a_configuration_without_defaults_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    """A missing file is accepted too."""
    config = tmp_path / "config.yaml"
    if content is not None:
        config.write_text(content)
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(config))
    assert list(hook("pre_gen_project", VALID).invalid_defaults(VALID)) == []
