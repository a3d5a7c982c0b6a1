"""The go-live list names every check of `flask doctor`."""

import re

from flask import Flask

from tests.core.package import ROOT
from tests.core.registry import registered


def test_the_go_live_list_has_each_check_of_flask_doctor_in_its_order(app: Flask) -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = re.findall(r"^## Go-live list\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)[0]
    listed = re.findall(r"^\| `(.+?)` \|", section, re.MULTILINE)
    checks = ["settings", *(check.name for check in registered(app, "Checks"))]
    assert listed == checks, "change the go-live list in docs/operations.md"
