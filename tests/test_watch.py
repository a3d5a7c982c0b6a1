"""`make watch` survives mistakes in the template, and changes only folders that it rendered."""

import time
from pathlib import Path

import pytest

from tests import bake, watch
from tests.template import copied


def stop(_seconds: float) -> None:
    """End the loop where it would wait for a change."""
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the loop once, without the tests of the service."""
    monkeypatch.setattr(time, "sleep", stop)
    monkeypatch.setattr(watch, "UV", "true")


def test_a_mistake_in_the_template_does_not_end_the_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error is printed, and the previous service is kept."""
    out = tmp_path / "out"
    service = watch.refreshed(out, {})
    template = copied(tmp_path / "template")
    (template / "{{cookiecutter.project_slug}}/README.md").write_text("# {% iff x %}\n")
    for module in (bake, watch):
        monkeypatch.setattr(module, "TEMPLATE", template)
    with pytest.raises(KeyboardInterrupt):
        watch.main(out, {})
    assert "The bake failed: Encountered unknown tag 'iff'" in capsys.readouterr().err
    assert (service / "README.md").read_text("utf-8").startswith("# Acme API")
    assert list(out.iterdir()) == [service]


def test_the_previous_service_is_updated(tmp_path: Path) -> None:
    """Secrets and certificates are kept; files that the template does not have are deleted."""
    service = watch.refreshed(tmp_path, {"project_name": "Tea", "project_slug": "tea"})
    secrets = (service / ".env").read_bytes()
    (service / "tea/gone.py").write_text("")
    again = watch.refreshed(tmp_path, {"project_name": "More tea", "project_slug": "tea"})
    assert again == service
    assert (service / "README.md").read_text("utf-8").startswith("# More tea")
    assert (service / ".env").read_bytes() == secrets
    assert not (service / "tea/gone.py").exists()


@pytest.mark.parametrize("kind", ["a folder", "another project", "a service with a history"])
def test_a_folder_that_watch_must_not_replace_is_rejected(tmp_path: Path, kind: str) -> None:
    """Its files do not change."""
    folder = watch.refreshed(tmp_path, {})
    if kind == "a folder":
        (folder / "pyproject.toml").unlink()
    elif kind == "another project":
        (folder / "pyproject.toml").write_text('[project]\nname = "acme-api"\n')
    else:
        (folder / ".git").mkdir()
    (folder / "mine.py").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    message = r"acme-api has a \.git folder or was not rendered"
    with pytest.raises(bake.InvalidArguments, match=message):
        watch.main(tmp_path, {})
    assert sorted(tmp_path.rglob("*")) == before
