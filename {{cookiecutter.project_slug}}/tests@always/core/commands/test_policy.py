"""``flask policy`` lists every endpoint."""

import json

from flask import Flask


def test_every_path_is_listed_with_its_statuses(app: Flask) -> None:
    rows = json.loads(app.test_cli_runner().invoke(args=["policy", "--json"]).output)
    assert len({row["path"] for row in rows}) == len({rule.rule for rule in app.url_map.iter_rules()})
    assert all(row["statuses"] for row in rows)
