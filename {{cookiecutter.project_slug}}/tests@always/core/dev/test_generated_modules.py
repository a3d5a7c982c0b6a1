"""The modules of a new resource are valid Python, fit the line length and contain only what its fields need."""

import ast
import subprocess
import sys
from pathlib import Path

from dev.resource import names, package, package_tests
from dev.resource.targets import Target
from tests.core.dev.designs import EVERY_TYPE, parsed
from tests.core.package import ROOT


def test_no_line_is_too_long_with_the_longest_name(tmp_path: Path) -> None:
    plural = f"old_{'x' * (names.MAX_RESOURCE - 4)}"
    resource = parsed(*EVERY_TYPE, plural=plural, singular=plural)
    modules = package.modules(resource)
    modules["test.py"] = package_tests.module(
        resource, {"rooms": Target("room", "/api/v1/rooms", {"name": "Blue"}, {})}
    )
    for name, text in modules.items():
        (tmp_path / name).write_text(text, "utf-8")
    for command in (["format"], ["check", "--select", "E501"]):
        config = ["--no-cache", "--quiet", "--config", str(ROOT / "pyproject.toml")]
        subprocess.run([sys.executable, "-m", "ruff", *command, *config, str(tmp_path)], check=True)


def test_every_module_is_python_and_only_used_parts_are_written() -> None:
    rooms = {"rooms": Target("room", "/api/v1/rooms", {"name": "Blue"}, {})}
    for fields in (EVERY_TYPE, ["seats:integer"], ["note:text?"]):
        complete = fields is EVERY_TYPE
        resource = parsed(*fields)
        modules = package.modules(resource)
        modules["test_bookings.py"] = package_tests.module(resource, rooms if complete else {})
        for text in modules.values():
            ast.parse(text)
            assert "$" not in text
        assert ("_check_references" in modules["routes.py"]) == complete
        assert ("class Search" in modules["schemas.py"]) == complete
        assert ("new_room" in modules["test_bookings.py"]) == complete
