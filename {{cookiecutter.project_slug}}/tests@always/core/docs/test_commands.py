"""Every command in the documents works when a reader pastes it."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.credentials import PRINTED
from tests.core.doc_runner import DocumentRunner
from tests.core.live_server import ROOT
from tests.core.registry import registered

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
# The content of the log file that some commands read.
LINE = '{"time":"2026-01-05T12:00:00.000000Z","level":"info","event":"request","request_id":"3f9a","status":200}\n'


def commands() -> Iterator[tuple[str, str]]:
    """Yield the name of each document with each of its commands; continued lines are joined."""
    for document in [*sorted(ROOT.glob("docs/*.md")), *ROOT.glob("ops/*.md"), ROOT / "README.md"]:
        for block in re.findall(r"^```console\n(.*?)^```", document.read_text("utf-8"), re.DOTALL | re.MULTILINE):
            for line in block.replace("\\\n", " ").splitlines():
                yield document.relative_to(ROOT).as_posix(), " ".join(line.split())


@pytest.mark.parametrize("document", sorted({name for name, _ in commands()}))
def test_every_command_works(
    service: ModuleType,
    make_app: MakeApp,
    caller: MakeCaller,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    tmp_path: Path,
    document: str,
) -> None:
    served = make_app()
    client = caller(" ".join(scope for scope in registered(served, "Scopes") if scope != "admin"), app=served)
    values = {"$APP_METRICS_TOKEN": environ["APP_METRICS_TOKEN"]}

    # A developer's environment: the variables of .env.example; settings.toml contains everything else.
    example = (ROOT / ".env.example").read_text("utf-8")
    for name in [name for name in environ if name not in example and not name.startswith(("APP_SE", "APP_LIMITER"))]:
        del environ[name]
    environ["APP_ENVIRONMENT"] = "development"
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    if (ROOT / "ops").exists():
        shutil.copytree(ROOT / "ops", tmp_path / "ops")
    Path("service.log").write_text(LINE, "utf-8")
    metrics = service.core.commands.metrics.application(served)
    runner = DocumentRunner(make_app(), tmp_path, client=client, metrics=metrics, values=values, printed=PRINTED)
    for name, line in commands():
        if name == document:
            runner.run(line)


def test_git_ignores_the_files_that_commands_in_the_documents_create() -> None:
    tasks = re.findall(r"^\| `make \w+` \| `(.+?)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    lines = [*tasks, *(line for _, line in commands())]
    written = {found for line in lines for found in re.findall(r"(?: > |flask openapi )(\S+)", line)}
    assert written >= {"openapi.json", "service.log"}
    assert {f"/{name}" for name in written} <= set((ROOT / ".gitignore").read_text("utf-8").splitlines())


def test_the_readme_lists_the_command_of_each_make_target() -> None:
    tasks = re.findall(r"^\| `make (\w+)` \| `(.+?)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    lines = re.findall(r"^(\w+): uv ##.*\n\t@(.+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert dict(tasks) == {target: line.replace('"$(UV)"', "uv") for target, line in lines}


def test_every_link_in_the_documents_leads_to_a_file_and_a_heading() -> None:
    documents = [*ROOT.glob("docs/**/*.md"), *ROOT.glob("ops/*.md"), ROOT / "SECURITY.md", ROOT / "README.md"]
    for document in documents:
        prose = re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        for target, _, heading in re.findall(r"\]\(([^)#:]*)(#([^)]*))?\)", prose):
            linked = document.parent / target if target else document
            assert linked.exists(), (document.name, target)
            assert not heading or heading in headings(linked), (document.name, target, heading)


def headings(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as in a link."""
    lines = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}
