"""``flask policy`` shows every endpoint; a change of who may do what shows in its snapshot."""

import json
from pathlib import Path

import pytest
from flask import Flask

SNAPSHOT = Path(__file__).parents[2] / "snapshots" / "policy.txt"


@pytest.mark.control("Z4")
def test_the_policy_is_the_one_that_was_reviewed(app: Flask) -> None:
    """When the change is meant: ``make docs``."""
    printed = app.test_cli_runner().invoke(args=["policy"])
    assert printed.output.splitlines() == SNAPSHOT.read_text("utf-8").splitlines()


def test_every_path_is_in_it(app: Flask) -> None:
    rows = json.loads(app.test_cli_runner().invoke(args=["policy", "--json"]).output)
    assert len({row["path"] for row in rows}) == len({rule.rule for rule in app.url_map.iter_rules()})
    assert all(row["answers"] for row in rows)
