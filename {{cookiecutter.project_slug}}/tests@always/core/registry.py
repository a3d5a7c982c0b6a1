"""Access to the long-lived objects of an application under test."""

from importlib import import_module
from typing import Any

from flask import Flask


def registered(app: Flask | None, class_name: str) -> Any:
    """Return the object that ``core.services`` registered for ``app``, by the name of its class.

    The name of the package differs from service to service, so tests cannot import its classes by name.
    """
    assert app is not None
    (found,) = (value for kind, value in app.extensions["core"].items() if kind.__name__ == class_name)
    return found


def migrator(app: Flask) -> Any:
    """Return a migrator of the database of ``app``."""
    return migrator_of(registered(app, "Branches"))


def migrator_of(branches: Any) -> Any:
    """Return a migrator of these branches; only commands import its module."""
    module = import_module(".migrator", type(branches).__module__.rpartition(".")[0])
    return module.Migrator(branches)


def downgrade_all(migrations: Any) -> None:
    """Revert the migrations of every branch that has some."""
    for branch in migrations.branches.values():
        if branch.heads():
            migrations.downgrade(branch.name, "base")
