"""The database contains no secret in clear text."""

from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from tests.core.authorization_code import tokens_for
from tests.core.credentials import PASSWORD, create_client


@pytest.mark.control("A8")
def test_no_secret_is_stored_in_clear_text(app: Flask, service: ModuleType) -> None:
    client = create_client(app)
    issued = tokens_for(app, client, "ada")
    with app.app_context(), service.core.database.connect() as connection:
        tables = inspect(connection).get_table_names()
        rows = str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])  # noqa: S608
    for secret in (PASSWORD, client["secret"], issued["refresh_token"], issued["access_token"], "PRIVATE KEY"):
        assert secret not in rows
    assert "$argon2id$" in rows
