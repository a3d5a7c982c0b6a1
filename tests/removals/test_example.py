"""The example can be removed with its table, unless another part of the service uses it."""

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.environment import Environment
from tests.removals.parts import EXAMPLE, related
from tests.services import UV, free_port, started
from tests.smoke.readme import run_in_shell

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
