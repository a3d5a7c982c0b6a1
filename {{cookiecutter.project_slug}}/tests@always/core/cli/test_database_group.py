"""Commands of such a group tell in a sentence that the database does not serve them."""

from types import ModuleType

import pytest
from flask import Flask


@pytest.mark.usefixtures("without_tables")
def test_a_database_without_tables_is_told_in_a_sentence(app: Flask, service: ModuleType) -> None:
    group = service.core.cli.database_group.DatabaseGroup("probes")

    @group.command("count")
    def count() -> None:
        with service.core.database.connect() as connection:
            connection.exec_driver_sql("SELECT 1 FROM no_such_table")

    done = app.test_cli_runner().invoke(group, ["count"])
    assert done.exit_code == 1
    assert "has not the tables of this version: `flask db upgrade`" in done.stderr
