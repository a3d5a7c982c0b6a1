"""``flask db`` prints its result, or one sentence about the error."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.core.database_server import empty_database
from tests.core.registry import registered

__all__ = ["empty_database"]

MakeApp = Callable[..., Flask]


def run(app: Flask, *arguments: str) -> Result:
    with app.app_context():  # as under the ``flask`` command
        return app.test_cli_runner().invoke(args=["db", *arguments])


@pytest.mark.parametrize("command", ["upgrade", "downgrade", "stamp", "show"])
def test_an_unknown_revision_is_reported_in_one_sentence(app: Flask, command: str) -> None:
    done = run(app, command, "nosuch")
    assert done.exit_code == 1
    assert done.stderr == "Error: Can't locate revision identified by 'nosuch'.\n"


@pytest.mark.parametrize("command", ["upgrade", "current", "check", "stamp"])
def test_an_unreachable_database_is_reported_in_one_sentence(
    make_app: MakeApp, service: ModuleType, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def fail() -> None:
        raise OperationalError(None, None, Exception("connection refused\n\tIs the server running?"))

    app = make_app()
    monkeypatch.setattr(registered(app, "Database").reader, "connect", fail)
    monkeypatch.setattr(service.core.database.engine, "for_migrations", lambda _url: SimpleNamespace(connect=fail))
    done = run(app, command)
    assert done.exit_code == 1
    reason = "The database is unreachable: connection refused. Start it, or correct APP_DATABASE_URL."
    assert done.stderr == f"Error: {reason}\n"


@pytest.mark.parametrize("command", ["current", "check", "upgrade"])
def test_a_successful_command_prints_nothing_to_standard_error(app: Flask, command: str) -> None:
    done = run(app, command)
    assert done.exit_code == 0
    assert done.stderr == ""


@pytest.fixture
def project(app: Flask, service: ModuleType, tmp_path: Path, empty_database: str) -> Iterator[Path]:
    """An empty folder of migrations for the service; the commands use it and an empty database."""
    database = service.core.database
    branches = registered(app, "Branches")
    copies = [database.branches.Branch(each.name, tmp_path / each.name, each.metadata) for each in branches.values()]
    replaced = {type(kept): kept for kept in (branches, registered(app, "Database"))}
    service.core.services.register(app, database.Branches(empty_database, copies))
    other = service.core.services.register(app, database.Database(empty_database, 1))
    yield tmp_path / "service"
    other.close()
    app.extensions["core"].update(replaced)


def test_the_commands_follow_the_life_of_a_migration(app: Flask, project: Path) -> None:
    created = run(app, "revision", "--empty", "First   step.")
    (file,) = project.glob("*.py")
    revision = file.stem.rpartition("_")[2]
    assert f"Created {file}\n" in created.stdout
    assert file.read_text("utf-8").startswith('"""First step."""\n')
    check = run(app, "check")
    assert check.exit_code == 1
    assert f"is at base; its head is {revision}. Run `flask db upgrade`." in check.stdout
    assert run(app, "upgrade").exit_code == 0
    assert f"{revision} (head)" in run(app, "current").stdout
    assert f"{revision} (service) (head)" in run(app, "heads").stdout
    assert "First step" in run(app, "history", "-v").stdout
    assert "First step" in run(app, "show", revision).stdout
    assert run(app, "downgrade", "-1").exit_code == 0
    for target in ([], ["base"], ["--branch", "core"]):
        done = run(app, "downgrade", *target)
        branch = "core" if "core" in target else "service"
        message = f"Error: The {branch} branch of the database is at its base: nothing to downgrade.\n"
        assert (done.exit_code, done.stderr) == (1, message)
    assert run(app, "stamp", "--purge").exit_code == 0
    assert f"{revision} (head)" in run(app, "current").stdout


@pytest.mark.parametrize(
    ("arguments", "module"),
    [(["revision", "first"], "migrations"), (["merge"], "migrations"), (["copy", "file"], "copying")],
)
def test_an_installation_without_dev_is_reported_in_one_sentence(
    app: Flask, project: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], module: str
) -> None:
    monkeypatch.setitem(sys.modules, f"dev.{module}", None)
    done = run(app, *arguments)
    assert (done.exit_code, list(project.parent.glob("**/*.py"))) == (1, [])
    assert done.stderr == (
        "Error: This installation has no folder `dev`. Run the command in the repository of the service.\n"
    )


def test_a_rejected_statement_is_reported_in_one_sentence(app: Flask, project: Path) -> None:
    run(app, "revision", "--empty", "teapots")
    (file,) = project.glob("*.py")
    docstring = '"""Apply the change."""\n'
    statements = "    from alembic import op\n\n    op.execute('DROP TABLE teapots')\n"
    file.write_text(file.read_text("utf-8").replace(docstring, docstring + statements), "utf-8")
    done = run(app, "upgrade")
    assert done.exit_code == 1
    assert "Error: The database rejected the command: " in done.stderr
    assert "teapots" in done.stderr.splitlines()[-1]


def test_each_migration_is_logged_to_standard_error(app: Flask, project: Path) -> None:
    """So a script that uses the output of ``flask db upgrade`` does not read log lines."""
    run(app, "revision", "--empty", "teapots")
    done = run(app, "upgrade")
    assert done.exit_code == 0
    assert "Running upgrade" in done.stderr
    assert "Context impl" not in done.stderr


def test_check_names_each_change_that_no_migration_contains(app: Flask, service: ModuleType, project: Path) -> None:
    names = set(service.core.database.tables.CoreBase.metadata.tables)
    done = run(app, "check")
    assert done.exit_code == (1 if done.stdout != "The database, the migrations and the models match.\n" else 0)
    for name in names:
        assert f"No migration of the core branch contains this change: add table: {name}." in done.stdout


def test_merge_joins_two_heads(app: Flask, project: Path) -> None:
    run(app, "revision", "--empty", "root")
    run(app, "revision", "--empty", "first")
    (first,) = project.glob("*_first_*.py")
    first.with_name("second.py").write_text(first.read_text().replace(first.stem.rpartition("_")[2], "abcdefabcdef"))
    assert (
        "The service branch has several heads: run `flask db merge --branch service`."
        in run(app, "revision", "--empty", "third").stderr
    )
    assert "Created " in run(app, "merge").stdout
    assert run(app, "heads").stdout.count("(head)") == 1
    assert run(app, "merge").stderr == "Error: The service branch has one head: nothing to merge.\n"


def test_two_migrations_with_the_label_of_a_branch_are_reported(app: Flask, project: Path) -> None:
    run(app, "revision", "--empty", "first")
    (first,) = project.glob("*.py")
    first.with_name("second.py").write_text(first.read_text().replace(first.stem.rpartition("_")[2], "abcdefabcdef"))
    done = run(app, "check")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: Branch name 'service' in revision ")


@pytest.mark.parametrize("message", ["", " ", ".", "x" * 101, "a\x1bb"])
def test_an_invalid_message_is_rejected(app: Flask, project: Path, message: str) -> None:
    done = run(app, "revision", "--empty", message)
    assert done.exit_code == 2
    assert "Invalid value for 'MESSAGE'" in done.stderr
    assert not project.exists()
