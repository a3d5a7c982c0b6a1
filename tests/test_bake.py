"""What is baked by hand: what was asked for, or a sentence that says why not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import bake
from tests.template import CHOICES, QUESTIONS, TEMPLATE, copied


def refused(module: str, *arguments: str) -> list[str]:
    """Run a module of the tests that has to fail, and give the lines that it writes."""
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
def test_an_answer_to_no_question_is_refused(module: str, tmp_path: Path) -> None:
    """So is an answer that the template derives; the sentence tells what may be asked."""
    folder = [str(tmp_path)] if module != "tests.smoke" else []
    for question in ("limiter", "__package_name", "_reserved_names"):
        said = refused(module, *folder, f"{question}=redis")
        assert said[0] == f"{question} is no question: there are {', '.join(QUESTIONS)}"
        assert said[1:] in ([], ["smoke: not started"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["tests.bake", "tests.watch", "tests.smoke"])
def test_a_choice_that_there_is_not_is_refused(module: str, tmp_path: Path) -> None:
    """The sentence tells which there are."""
    folder = [str(tmp_path)] if module != "tests.smoke" else []
    for answer in ("basic", ""):
        said = refused(module, *folder, f"auth_style={answer}")
        assert said[0] == f"auth_style is one of {', '.join(CHOICES['auth_style'])}, not {answer!r}"
        assert said[1:] in ([], ["smoke: not started"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["tests.bake", "tests.smoke"])
def test_what_the_hook_refuses_is_told_without_a_traceback(module: str, tmp_path: Path) -> None:
    """Its own line, and that the bake ended there."""
    folder = [str(tmp_path)] if module != "tests.smoke" else []
    said = refused(module, *folder, "project_slug=con")
    assert said[0].startswith('Invalid project_slug "con": must not be')
    assert said[1] == "Hook script failed (exit status: 1)"
    assert said[2:] in ([], ["smoke: not started"])


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        ("# {% iff cookiecutter.ci %}", "unknown tag 'iff'"),
        ("{{ cookiecutter.no.such }}", "has no attribute 'no'"),
    ],
)
def test_a_slip_in_the_template_is_told_in_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slip: str, message: str
) -> None:
    """With the file, and without the answers and what the template derives of them."""
    template = copied(tmp_path / "template")
    with (template / "{{cookiecutter.project_slug}}/SECURITY.md").open("a") as file:
        file.write(f"{slip}\n")
    monkeypatch.setattr(bake, "TEMPLATE", template)
    with pytest.raises(bake.NotBaked, match=message) as caught:
        bake.baked(tmp_path, {})
    assert "SECURITY.md" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_answers_are_baked(tmp_path: Path) -> None:
    """Over what stands there from the last time."""
    for name in ("Tea", "a=b"):
        assert bake.main(str(tmp_path), f"project_name={name}", "project_slug=tea") is None
        assert (tmp_path / "tea/README.md").read_text("utf-8").startswith(f"# {name}\n")
