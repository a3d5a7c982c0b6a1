"""What all tests of a session share."""

from collections.abc import Callable
from contextlib import ExitStack

from flask import Flask

from tests.core.live_server import Served
from tests.core.registry import migrator, registered

CreateApp = Callable[..., Flask]


class Shared:
    """What is created once in a session, for each ``create_app``."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.migrated: set[tuple[str, str]] = set()
        self.apps: dict[CreateApp, Flask] = {}
        self.servers: dict[CreateApp, Served] = {}

    def migrate(self, app: Flask, prepare: Callable[[Flask], None]) -> None:
        """Upgrade the database of ``app`` once in a session."""
        key = (str(registered(app, "Database").engine.url), app.import_name)
        if key not in self.migrated:
            migrator(app).upgrade()
            prepare(app)
            self.migrated.add(key)
