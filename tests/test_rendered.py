"""`make diff` tells what a change does to the services."""

import json
import subprocess
from pathlib import Path

import pytest

from tests import rendered
from tests.template import copied


@pytest.mark.parametrize("reference", ["nowhere", "--help", "--is-ancestor", "", "HEAD..HEAD"])
def test_a_reference_that_there_is_not_is_told(reference: str) -> None:
    """Whatever it is to git."""
    assert rendered.main(reference) == f"git knows no common commit with {reference}"


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a repository with a template of few variants, all of it committed."""
    folder = copied(tmp_path / "template")
    offer(folder, auth_style=["api_key"], limiter_backend=["memory"], database=["sqlite"])
    offer(folder, ci=["github", "no_ci"])
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@acme.example")
    for command in (("init", "--quiet"), ("add", "."), (*who, "commit", "--quiet", "-m", "One")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    monkeypatch.setattr(rendered, "TEMPLATE", folder)
    return folder


def offer(template: Path, **choices: list[str]) -> None:
    """Let questions of a template offer these answers."""
    path = template / "cookiecutter.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | choices), "utf-8")


def test_nothing_is_told_of_no_change(template: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But for a sentence."""
    (template / "README.md").write_text("of the template\n")
    assert rendered.main("HEAD") is None
    assert capsys.readouterr().out == "no service changes\n"


def test_a_choice_that_came_and_one_that_went_are_told(
    template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where no other service changes."""
    offer(template, ci=["github", "gitlab"])
    assert rendered.main("HEAD") is None
    assert capsys.readouterr().out == "gone: api_key-no_ci\nnew: api_key-gitlab\n"


def test_a_change_is_told_beside_them(template: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under the variants that both templates have."""
    offer(template, ci=["github"])
    path = template / "{{cookiecutter.project_slug}}/SECURITY.md"
    path.write_text("Changed.\n")
    assert rendered.main("HEAD") is None
    gone, _, group, *changes = capsys.readouterr().out.splitlines()
    assert gone == "gone: api_key-no_ci"
    assert group == "every variant (1)"
    assert changes[0].strip() == "SECURITY.md"
    assert changes[-1].strip() == "+Changed."
