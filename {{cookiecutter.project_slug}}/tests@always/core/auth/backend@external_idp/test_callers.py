"""Which callers ``/api/v1/admin/stats`` counts: the service stores no accounts, only the data of callers."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, Integer, MetaData, String, Table

from tests.core.registry import registered

NAME = String(255)


def tables() -> MetaData:
    """Return two tables with an owner, one without, and one in which ``owner`` is not a caller id."""
    metadata = MetaData()
    Table("lamps", metadata, Column("owner", NAME))
    Table("cables", metadata, Column("owner", NAME))
    Table("colours", metadata, Column("name", NAME))
    Table("rooms", metadata, Column("owner", Integer))
    return metadata


@pytest.fixture
def count(app: Flask, service: ModuleType) -> Iterator[Callable[..., int]]:
    """Insert owners into tables, and return the number of callers."""
    engine = registered(app, "Database").engine
    metadata = tables()
    metadata.create_all(engine)

    def insert_and_count(metadata: MetaData = metadata, **owners: list[Any]) -> int:
        with engine.begin() as connection:
            for name, values in owners.items():
                connection.execute(metadata.tables[name].insert(), [{"owner": value} for value in values])
            number: int = service.core.auth.backend.callers.count_callers(connection, metadata)
        return number

    yield insert_and_count
    metadata.drop_all(engine)


def test_a_caller_counts_once_in_all_tables(count: Callable[..., int]) -> None:
    assert count(lamps=["ada", "ada", "bob"], cables=["ada", "eve"], rooms=[1, 2]) == 3


def test_a_service_without_tables_has_no_callers(count: Callable[..., int]) -> None:
    assert count(MetaData()) == 0
