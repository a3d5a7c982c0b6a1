"""The rule for gitleaks matches the keys of the service, so that a key committed by mistake is found."""

import re
import tomllib
from pathlib import Path

from flask import Flask

from tests.core.credentials import Grant

RULES = Path(__file__).parents[4] / ".gitleaks.toml"


def test_the_scanner_finds_a_key(app: Flask, grant: Grant) -> None:
    """gitleaks applies the expression only to files that contain a keyword."""
    (rule,) = tomllib.loads(RULES.read_text(encoding="utf-8"))["rules"]
    key = grant(app, "ada", "probes:read")["X-API-Key"]
    assert any(keyword in key for keyword in rule["keywords"])
    found = re.search(rule["regex"], f"API_KEY={key}\n")
    assert found
    assert found[0] == key
