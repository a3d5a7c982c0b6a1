"""Commands that need the database report in one sentence that it is not migrated."""

from types import ModuleType

import pytest
from flask import Flask


@pytest.mark.usefixtures("without_tables")
def test_a_missing_table_is_reported_in_one_sentence(app: Flask, service: ModuleType) -> None:
    group = service.core.cli.DatabaseGroup("probes")

    @group.command("count")
    def count() -> None:
        with service.core.database.connect() as connection:
            connection.exec_driver_sql("SELECT 1 FROM no_such_table")

    done = app.test_cli_runner().invoke(group, ["count"])
    assert done.exit_code == 1
    assert "The database is unreachable, not migrated or too slow;" in done.stderr
