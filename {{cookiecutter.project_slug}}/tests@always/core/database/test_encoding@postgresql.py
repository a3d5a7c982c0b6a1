"""The service works on a database of any encoding; some installations create databases with SQL_ASCII."""

from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_of_another_encoding_returns_strings(
    service: ModuleType, database_url: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    create, name = service.core.database.engine.create, f"encoding_{encoding.lower()}"
    reader, _ = create(database_url, 1)
    with reader.connect() as connection:
        options = f"ENCODING {encoding} LOCALE 'C' TEMPLATE template0"
        connection.execute(text(f"CREATE DATABASE {name} {options}"))
        try:
            url = make_url(database_url).set(database=name).render_as_string(hide_password=False)
            for engine in create(url, 1):
                with engine.begin() as other:
                    assert other.scalar(text("SELECT 'Caf\u00e9'")) == "Caf\u00e9"
                engine.dispose()
        finally:
            connection.execute(text(f"DROP DATABASE {name}"))
    reader.dispose()
