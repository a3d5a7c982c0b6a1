"""`make bake`, `make watch` and `make smoke` render a service or print an error message."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import bake
from tests.template import CHOICES, QUESTIONS, TEMPLATE, copied


def error_lines(module: str, *arguments: str) -> list[str]:
    """Run a module that must fail, and return the lines of its standard error."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=TEMPLATE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize("module", ["tests.bake", "tests.watch", "tests.smoke"])
def test_an_unknown_question_is_rejected(module: str, tmp_path: Path) -> None:
    """A derived value is rejected too; the message lists the questions."""
    folder = [str(tmp_path)] if module != "tests.smoke" else []
    for question in ("limiter", "__package_name", "_reserved_names"):
        lines = error_lines(module, *folder, f"{question}=redis")
        assert (
            lines[0] == f"Unknown question {question!r}. The questions are {', '.join(QUESTIONS)}."
        )
        assert lines[1:] in ([], ["smoke: not started"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["tests.bake", "tests.watch", "tests.smoke"])
def test_an_unknown_choice_is_rejected(module: str, tmp_path: Path) -> None:
    """The message lists the choices, and every other wrong argument."""
    folder = [str(tmp_path)] if module != "tests.smoke" else []
    for answer in ("basic", ""):
        lines = error_lines(module, *folder, f"auth_style={answer}", "databases=sqlite")
        expected = ", ".join(CHOICES["auth_style"])
        assert lines[0] == f"Invalid auth_style {answer!r}: must be one of {expected}."
        assert lines[1].startswith("Unknown question 'databases'. The questions are ")
        assert lines[2:] in ([], ["smoke: not started"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["tests.bake", "tests.smoke"])
def test_an_answer_that_the_hook_rejects_prints_no_traceback(module: str, tmp_path: Path) -> None:
    """The output is the hook's line, and that the hook failed."""
    folder = [str(tmp_path)] if module != "tests.smoke" else []
    lines = error_lines(module, *folder, "project_slug=con")
    assert lines[0].startswith('Invalid project_slug "con": must not be')
    retry = "To try again, with the valid answers as the defaults: cookiecutter "
    assert lines[1].startswith(retry)
    assert lines[2] == "Hook script failed (exit status: 1)"
    assert lines[3:] in ([], ["smoke: not started"])


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ("# {% iff cookiecutter.ci %}", "unknown tag 'iff'"),
        ("{{ cookiecutter.no.such }}", "has no attribute 'no'"),
    ],
)
def test_a_mistake_in_the_template_gives_a_short_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mistake: str, message: str
) -> None:
    """It names the file, and does not list all answers."""
    template = copied(tmp_path / "template")
    with (template / "{{cookiecutter.project_slug}}/AGENTS.md").open("a") as file:
        file.write(f"{mistake}\n")
    monkeypatch.setattr(bake, "TEMPLATE", template)
    with pytest.raises(bake.BakeFailed, match=message) as caught:
        bake.bake_in_process(tmp_path, {})
    assert "AGENTS.md" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_answers_are_rendered(tmp_path: Path) -> None:
    """A second bake replaces the first."""
    for name in ("Tea", "a=b"):
        assert bake.main(str(tmp_path), f"project_name={name}", "project_slug=tea") is None
        assert (tmp_path / "tea/README.md").read_text("utf-8").startswith(f"# {name}\n")
