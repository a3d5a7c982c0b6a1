"""The example and the optional parts of a service can be removed, as its documents describe."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import Environment, auth_style
from tests.selection import sample
from tests.services import UV, free_port, started
from tests.smoke.readme import run_in_shell
from tests.template import CHOICES

EXAMPLE = ("dev.resource", "--remove", "items")
ROW = re.compile(r"^\| (.+?) \| (`.+`) \| [^`]*`(.+?)`,? in `(.+?)` \|$", re.MULTILINE)
OPTIONAL = [
    (style, part)
    for style in CHOICES["auth_style"]
    for part in ("alerts and dashboard", "the page `/docs`", "sign-up")
    if (style, part) != ("external_idp", "sign-up")
]
# Each part in one style.
ALWAYS = [
    ("external_idp", "alerts and dashboard"),
    ("oauth2", "the page `/docs`"),
    ("api_key", "sign-up"),
]
# The tests that read the files, registrations and documents of all parts.
RELATED = ("docs", "dev", "commands", "endpoints", "openapi", "observability", "test_imports.py")
MIGRATIONS = ("commands/test_migrations.py", "database/test_database.py")
# A table of the owner that references the example.
BOOKINGS = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .core import Base


class Booking(Base):
    __tablename__ = "bookings"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
"""


def parts(service: Path) -> dict[str, tuple[list[str], str, str]]:
    """Return the optional parts that a service's document lists.

    Each has the paths to delete, the line to delete, and the file that contains this line.
    """
    text = (service / "docs" / "development.md").read_text("utf-8")
    return {
        name: (re.findall("`(.+?)`", paths), line, file)
        for name, paths, line, file in ROW.findall(text)
    }


def remove(service: Path, name: str) -> None:
    """Delete the paths and the line of a part."""
    paths, text, file = parts(service)[name]
    for path in paths:
        target = service / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    lines = (service / file).read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if text not in line]
    assert len(kept) == len(lines) - 1
    (service / file).write_text("".join(kept), "utf-8")


def related() -> list[str]:
    """Return the paths of the related tests."""
    return [f"tests/core/{name}" for name in RELATED]


@pytest.fixture(params=sample(CHOICES["auth_style"], ["api_key"]))
def service(request: pytest.FixtureRequest, bake: Bake, tmp_path: Path) -> Path:
    """Return a service, by default of each authentication style."""
    baked = bake({"auth_style": request.param})
    return Path(shutil.copytree(baked, tmp_path / "acme-api"))


def mentions(service: Path) -> Iterator[str]:
    """Yield the lines of the service that name the example, its scopes or its paths."""
    pattern = re.compile(r"items[:/](?!\*)\w|/items\b|`items`|import items|\bitems\.")
    for path in sorted(service.rglob("*")):
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".json", ".txt"}:
            for line in path.read_text("utf-8").splitlines():
                if pattern.search(line):
                    yield f"{path.relative_to(service)}: {line.strip()}"


@pytest.mark.suite
def test_the_example_is_removed(environment: Environment, service: Path) -> None:
    """Nothing of it remains, the database is downgraded, and lint, types and tests pass."""
    environment.run(service, "flask", "db", "upgrade")
    environment.run(service, *EXAMPLE)
    assert not (service / "acme_api/items").exists()
    assert not (service / "tests/test_items.py").exists()
    assert [path.name for path in (service / "acme_api/migrations").glob("*.py")] == ["__init__.py"]
    with closing(sqlite3.connect(service / "var/acme_api.db")) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    assert "items" not in tables
    own = (
        line for line in mentions(service) if not line.startswith(("tests/core/", "docs/recipes/"))
    )
    assert list(own) == []
    environment.regenerate_and_check(service, *related())


@pytest.mark.suite
def test_a_later_migration_is_kept_and_another_one_drops_the_table(
    environment: Environment, service: Path
) -> None:
    """Databases with the later migration can still be upgraded."""
    environment.run(service, "flask", "db", "upgrade")
    environment.run(service, "flask", "db", "revision", "--empty", "something later")
    environment.run(service, *EXAMPLE)
    names = sorted(path.name for path in (service / "acme_api/migrations").glob("20*.py"))
    assert len(names) == 3
    (dropping,) = (service / "acme_api/migrations").glob("*_drop_items_*.py")
    assert 'op.drop_table("items")' in dropping.read_text("utf-8")
    environment.run(service, "flask", "db", "check")
    environment.run(service, "flask", "db", "downgrade", "base")
    environment.run(service, "flask", "db", "upgrade")
    environment.check(service, *(f"tests/core/{name}" for name in MIGRATIONS))


@pytest.mark.suite
def test_a_resource_in_use_is_not_removed(environment: Environment, service: Path) -> None:
    """A reference, an import or an unknown name stops the command before it changes anything."""
    before = {path: path.read_bytes() for path in service.rglob("*.py")}
    assert "not a registered resource" in environment.run(
        service, "dev.resource", "--remove", "core", fails=True
    )
    init = service / "acme_api/__init__.py"
    init.write_text(
        init.read_text("utf-8") + "\n\nfrom . import bookings  # noqa: E402, F401\n", "utf-8"
    )
    (service / "acme_api/bookings.py").write_text(BOOKINGS, "utf-8")
    message = environment.run(service, *EXAMPLE, fails=True)
    assert "bookings.item_id references the table items." in message
    (service / "acme_api/bookings.py").write_text("from .items import queries\n", "utf-8")
    message = environment.run(service, *EXAMPLE, fails=True)
    assert "acme_api/bookings.py:1 imports acme_api.items." in message
    (service / "acme_api/bookings.py").unlink()
    init.write_bytes(before[init])
    assert {path: path.read_bytes() for path in service.rglob("*.py")} == before


@pytest.mark.install
def test_make_run_prints_calls_that_work_before_and_after(service: Path) -> None:
    """At the second start, the saved credential has scopes that no longer exist."""
    settings = {"APP_SERVER_PORT": str(free_port())}
    assert run_calls(service, settings) == 3
    subprocess.run([UV, "run", "--quiet", "python", "-m", *EXAMPLE], cwd=service, check=True)
    assert run_calls(service, settings) == 1


def run_calls(service: Path, settings: dict[str, str]) -> int:
    """Start the service, run each call that it prints, and return their number."""
    with started(service, settings) as running:
        printed = running.log.read_text("utf-8").splitlines()
        calls = [line for line in printed if line.startswith("curl ")]
        answers = [run_in_shell(line) for line in calls]
    assert all(answers)
    assert not any("request_id" in answer for answer in answers)
    return len(calls)


@pytest.mark.suite
@pytest.mark.parametrize("optional", sample(OPTIONAL, ALWAYS, "-".join))
def test_an_optional_part_is_removed(
    environment: Environment, bake: Bake, tmp_path: Path, optional: tuple[str, str]
) -> None:
    """Lint, types and the related tests pass."""
    style, part = optional
    service = Path(shutil.copytree(bake({"auth_style": style}), tmp_path / "acme-api"))
    remove(service, part)
    environment.regenerate_and_check(service, *related())


def test_the_tests_remove_every_optional_part(service: Path) -> None:
    """Those that the document lists."""
    style = auth_style(service)
    assert set(parts(service)) == {part for each, part in OPTIONAL if each == style}


@pytest.mark.suite
def test_everything_is_removed(environment: Environment, service: Path) -> None:
    """The whole suite passes; outside CI, it runs without its slow tests."""
    environment.run(service, *EXAMPLE)
    for part in parts(service):
        remove(service, part)
    environment.regenerate_and_check(service, *(() if os.environ.get("CI") else ("tests",)))
