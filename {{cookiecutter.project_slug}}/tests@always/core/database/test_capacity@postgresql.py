"""docs/capacity.md states how many connections a worker opens."""

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy.pool import QueuePool

from tests.core.package import ROOT
from tests.core.registry import registered


def test_the_formula_for_database_connections_matches_the_pools(make_app: Callable[..., Flask]) -> None:
    database = registered(make_app(server_threads="12"), "Database")
    pools = [engine.pool for engine in (database.engine, database.reader)]
    opened = sum(pool.size() + pool._max_overflow for pool in pools if isinstance(pool, QueuePool))
    text = (ROOT / "docs" / "capacity.md").read_text("utf-8")
    ((factor, more),) = re.findall(r"^> connections = .* . \((\d+) . threads \+ (\d+)\)$", text, re.MULTILINE)
    assert opened == int(factor) * 12 + int(more)
    assert f"that is {int(factor) * 8 + int(more)} for each worker" in text
