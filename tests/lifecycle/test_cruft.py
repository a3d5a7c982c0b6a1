"""cruft updates a service and changes its answers; the owner's changes and secrets are kept."""

import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.lifecycle.commands import NAME
from tests.lifecycle.files import change, contents, is_secret, secrets
from tests.lifecycle.linked_service import Linked
from tests.template import TEMPLATE


@pytest.fixture
def linked(tmp_path: Path, environ: dict[str, str]) -> Linked:
    """Create a service with cruft."""
    return Linked(tmp_path, environ)


@pytest.mark.skipif(sys.platform == "win32", reason="cruft leaves read-only files behind there")
class TestCruft:
    """``cruft create``, ``check``, ``diff`` and ``update``."""

    def test_an_update_is_merged_with_the_owners_changes(self, linked: Linked) -> None:
        """The owner's files and edits are kept; secrets and certificates do not change."""
        service = linked.service
        linked.run("cruft", "check")
        before = secrets(service)
        (service / "acme_api/teapots").mkdir()
        (service / "acme_api/teapots/__init__.py").write_text('"""Mine."""\n')
        change(service / "settings.toml", "workers = 1\n", "workers = 4\n")
        linked.commit(service, "Teapots, and four workers")

        linked.change_template("settings.toml", "\n[limits]\n", "\n[limits]\n# New here.\n")
        service_source = linked.template / "{{cookiecutter.project_slug}}"
        package = service_source / "{{cookiecutter.__package_name}}@always"
        (package / "kettle@sqlite.py").write_text('"""New."""\n')
        (package / "kettle@postgresql.py").write_text('"""No."""\n')
        linked.commit(linked.template, "Kettles")

        assert "out of date" in linked.run("cruft", "check", fails=True)
        shown = linked.run("cruft", "diff")
        assert "workers = 4" in shown
        differing = re.findall(r"^--- .*?/(\S+)", shown, re.MULTILINE)
        assert "settings.toml" in differing
        assert not before.keys() & {*differing}
        linked.run("cruft", "update", "--skip-apply-ask")

        settings = (service / "settings.toml").read_text("utf-8")
        assert "workers = 4" in settings
        assert "# New here." in settings
        assert (service / "acme_api/kettle.py").read_text() == '"""New."""\n'
        assert (service / "acme_api/teapots/__init__.py").exists()
        assert not list(service.rglob("*@*"))
        assert secrets(service) == before
        linked.run("cruft", "check")
        changed = linked.run("git", "status", "--porcelain").split()[1::2]
        updated = {".cruft.json", "pyproject.toml"}  # both record the commit of the template
        assert set(changed) == {*updated, "settings.toml", "acme_api/kettle.py"}

    def test_a_conflict_is_reported_and_loses_nothing(self, linked: Linked) -> None:
        """If both changed a line, both versions are in the file or its .rej."""
        service = linked.service
        before = secrets(service)
        change(service / "settings.toml", "workers = 1\n", "workers = 4\n")
        linked.commit(service, "Four workers")
        linked.change_template("settings.toml", "workers = 1\n", "workers = 2\n")
        linked.run("cruft", "update", "--skip-apply-ask")
        rejected = service / "settings.toml.rej"
        settings = (service / "settings.toml").read_text("utf-8")
        assert "workers = 4" in settings
        assert "workers = 2" in settings + (rejected.read_text() if rejected.exists() else "")
        assert rejected.exists() or "<<<<<<<" in settings
        assert secrets(service) == before

    def test_the_documented_link_command_works(self, linked: Linked) -> None:
        """Afterwards `cruft diff` is empty, and `cruft update` applies a change."""
        bake = (sys.executable, "-m", "cookiecutter", linked.template, "--no-input", "-f")
        folder = linked.service.parent
        linked.run(*bake, "project_slug=tea", f"project_name={NAME}", folder=folder)
        tea = folder / "tea"
        linked.commit(tea, "As baked")
        commit = linked.run("git", "rev-parse", "HEAD", folder=linked.template).strip()
        linked.change_template("settings.toml", "\n[limits]\n", "\n[limits]\n# New here.\n")
        document = (TEMPLATE / "docs/forks.md").read_text("utf-8")
        (commands,) = re.findall(r"```console\n(.*?)```", document, re.DOTALL)
        script = commands.replace("FORK", str(linked.template)).replace("COMMIT", commit)
        linked.run("bash", "-ec", script, folder=tea)
        linked.commit(tea, "Linked")
        assert "--- " not in linked.run("cruft", "diff", folder=tea)
        linked.run("cruft", "update", "--skip-apply-ask", folder=tea)
        assert "# New here." in (tea / "settings.toml").read_text("utf-8")
        assert NAME.split()[0] in (tea / "README.md").read_text("utf-8")

    def test_the_documented_growth_gives_the_files_of_the_other_answers(
        self, linked: Linked, bake: Bake
    ) -> None:
        """PostgreSQL, then Redis; the owner's changes and the secrets are kept."""
        service = linked.service
        before = secrets(service)
        change(service / "settings.toml", "workers = 1\n", "workers = 4\n")
        (service / "acme_api/teapots.py").write_text('"""Mine."""\n')
        linked.commit(service, "Teapots")
        for _ in range(2):
            document = (service / "docs/operations.md").read_text("utf-8")
            command = re.findall(r"^uvx (cruft update --variables.*)$", document, re.MULTILINE)
            linked.run(*shlex.split(command[0]), "--skip-apply-ask")
            linked.commit(service, "Grow")
        assert not list(service.rglob("*.rej"))
        assert secrets(service) == before
        grown, expected = (
            contents(folder)
            for folder in (service, bake({"database": "postgresql", "limiter_backend": "redis"}))
        )
        assert grown.pop("acme_api/teapots.py") == b'"""Mine."""\n'
        grown["settings.toml"] = grown["settings.toml"].replace(b"workers = 4", b"workers = 1")
        del grown[".cruft.json"]
        skipped = tomllib.loads(expected["pyproject.toml"].decode())["tool"]["cruft"]["skip"]
        for files in (grown, expected):
            files["pyproject.toml"] = re.sub(
                rb'template_commit = ".*"', b"", files["pyproject.toml"]
            )
            for name in [*files]:
                if is_secret(name) or name in skipped or "__pycache__" in name:
                    del files[name]
        assert grown.keys() == expected.keys()
        assert [name for name in grown if grown[name] != expected[name]] == []

    def test_the_link_contains_no_secret(self, linked: Linked) -> None:
        """``.cruft.json`` contains the answers and is committed."""
        text = (linked.service / ".cruft.json").read_bytes()
        for line in (linked.service / ".env").read_bytes().splitlines():
            name, _, value = line.partition(b"=")
            if len(value) > 20 and name.endswith((b"KEY", b"PEPPER", b"TOKEN")):
                assert value not in text
