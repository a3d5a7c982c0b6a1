"""`make diff` shows how a change of the template changes the services."""

import json
import subprocess
from pathlib import Path

import pytest

from tests import variant_diff
from tests.template import copied


@pytest.mark.parametrize("reference", ["nowhere", "--help", "--is-ancestor", "", "HEAD..HEAD"])
def test_an_unknown_reference_gives_a_message(reference: str) -> None:
    """Also if git reads it as an option or a range."""
    message = f"Invalid reference {reference!r}: git finds no common commit with HEAD."
    assert variant_diff.main(reference) == message


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with a template of few variants, committed."""
    folder = copied(tmp_path / "template")
    offer(folder, auth_style=["api_key"], limiter_backend=["memory"], database=["sqlite"])
    offer(folder, ci=["github", "no_ci"], deployment=["no_deployment"], license=["no_license"])
    author = ("-c", "user.name=Ann", "-c", "user.email=ann@acme.example")
    for command in (("init", "--quiet"), ("add", "."), (*author, "commit", "--quiet", "-m", "One")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    monkeypatch.setattr(variant_diff, "TEMPLATE", folder)
    return folder


def offer(template: Path, **choices: list[str]) -> None:
    """Replace the choices of questions of a template."""
    path = template / "cookiecutter.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | choices), "utf-8")


def test_without_a_change_one_sentence_is_printed(
    template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also if files outside the service differ."""
    (template / "README.md").write_text("of the template\n")
    assert variant_diff.main("HEAD") is None
    assert capsys.readouterr().out == "no service changes\n"


def test_new_and_removed_choices_are_printed(
    template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also if no other service changes."""
    offer(template, ci=["github", "gitlab"])
    assert variant_diff.main("HEAD") is None
    assert capsys.readouterr().out == "gone: api_key-no_ci\nnew: api_key-gitlab\n"


def test_a_change_is_printed_after_new_and_removed_variants(
    template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under the variants that both templates have."""
    offer(template, ci=["github"])
    path = template / "{{cookiecutter.project_slug}}/SECURITY.md"
    path.write_text("Changed.\n")
    assert variant_diff.main("HEAD") is None
    gone, _, group, *changes = capsys.readouterr().out.splitlines()
    assert gone == "gone: api_key-no_ci"
    assert group == "every variant (1)"
    assert changes[0].strip() == "SECURITY.md"
    assert changes[-1].strip() == "+Changed."
