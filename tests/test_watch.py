"""`make watch` goes on whatever is saved in the template, and touches no folder but its own."""

import time
from pathlib import Path

import pytest

from tests import bake, watch
from tests.template import copied


def enough(_seconds: float) -> None:
    """Stop where it would wait for a change."""
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the template once, and run no tests of a service."""
    monkeypatch.setattr(time, "sleep", enough)
    monkeypatch.setattr(watch, "UV", "true")


def test_a_slip_in_the_template_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told, and the service of the last time stays."""
    out = tmp_path / "out"
    service = watch.refreshed(out, {})
    template = copied(tmp_path / "template")
    (template / "{{cookiecutter.project_slug}}/README.md").write_text("# {% iff x %}\n")
    for module in (bake, watch):
        monkeypatch.setattr(module, "TEMPLATE", template)
    with pytest.raises(KeyboardInterrupt):
        watch.main(out, {})
    assert "no bake: Encountered unknown tag 'iff'" in capsys.readouterr().err
    assert (service / "README.md").read_text("utf-8").startswith("# Acme API")
    assert list(out.iterdir()) == [service]


def test_the_service_of_the_last_time_becomes_the_new_one(tmp_path: Path) -> None:
    """Its secrets and certificates stay; a file that the template does not have goes."""
    service = watch.refreshed(tmp_path, {"project_name": "Tea", "project_slug": "tea"})
    secrets = (service / ".env").read_bytes()
    (service / "tea/gone.py").write_text("")
    again = watch.refreshed(tmp_path, {"project_name": "More tea", "project_slug": "tea"})
    assert again == service
    assert (service / "README.md").read_text("utf-8").startswith("# More tea")
    assert (service / ".env").read_bytes() == secrets
    assert not (service / "tea/gone.py").exists()


@pytest.mark.parametrize("kind", ["a folder", "another project", "a service with a history"])
def test_the_folder_of_somebody_else_is_refused(tmp_path: Path, kind: str) -> None:
    """Nothing of it goes, and nothing comes into it."""
    folder = watch.refreshed(tmp_path, {})
    if kind == "a folder":
        (folder / "pyproject.toml").unlink()
    elif kind == "another project":
        (folder / "pyproject.toml").write_text('[project]\nname = "acme-api"\n')
    else:
        (folder / ".git").mkdir()
    (folder / "mine.py").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(bake.Refused, match="acme-api is somebody"):
        watch.main(tmp_path, {})
    assert sorted(tmp_path.rglob("*")) == before
