"""The go-live list names every check of core in `flask doctor`."""

import re

from tests.core.package import ROOT, core


def test_the_go_live_list_has_each_check_of_core_in_its_order() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = re.findall(r"^## Go-live list\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)[0]
    listed = re.findall(r"^\| `(.+?)` \|", section, re.MULTILINE)
    checks = ["settings", *(check.name for check in core.checks.CHECKS)]
    assert listed == checks, "change the go-live list in docs/operations.md"
