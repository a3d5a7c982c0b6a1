"""Imports inside core go one way: a package imports only the packages above it in this list.

Imports for types count too. Nothing in core imports code from outside of core.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.package import core

FOLDER = Path(core.__file__).parent
ORDER = (
    "clock",
    "services",
    "problems",
    "strict_json",
    "fields",
    "settings",
    "certificate",
    "diagnostics",
    "observability",
    "features",
    "limits",
    "declare",
    "request",
    "anomalies",
    "database",
    "cli",
    "auth",
    "pipeline",
    "operations",
    "openapi",
    "docs_page",
    "endpoints",
    "telemetry",
    "checks",
    "server",
    "commands",
    "app",
    "__init__",
)
OPTIONAL = {"docs_page"}  # may be deleted
MODULES = {path.relative_to(FOLDER).with_suffix("").parts: path for path in FOLDER.rglob("*.py")}


def imported(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield what the module imports relatively, as parts of a path below core; ``..`` leaves core."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = path.relative_to(FOLDER).parent.parts
            if node.level - 1 > len(folder):
                yield ("..",)
                continue
            base = (*folder[: len(folder) - node.level + 1], *(node.module.split(".") if node.module else ()))
            yield from ((*base, name.name) for name in node.names)


def module_of(target: tuple[str, ...]) -> tuple[str, ...]:
    """Return the longest part of ``target`` that is a module."""
    while target not in MODULES and (*target, "__init__") not in MODULES:
        target = target[:-1]
    return target if target in MODULES else (*target, "__init__")


def test_the_order_names_every_package_of_core() -> None:
    packages = {parts[0] for parts in MODULES}
    assert packages | OPTIONAL == set(ORDER)


@pytest.mark.parametrize("package", ORDER)
def test_a_package_imports_only_those_above_it(package: str) -> None:
    allowed = set(ORDER[: ORDER.index(package) + 1])
    found = {
        (module, target[0])
        for module, path in MODULES.items()
        if module[0] == package
        for target in imported(path)
        if target[0] not in allowed
    }
    assert found == set()


def test_modules_import_each_other_without_cycles() -> None:
    left = {
        module: {target for found in imported(path) if (target := module_of(found)) != module}
        for module, path in MODULES.items()
    }
    while removable := [module for module, targets in left.items() if not targets & left.keys()]:
        for module in removable:
            del left[module]
    assert left == {}


def test_core_imports_nothing_by_the_name_of_the_service() -> None:
    name = core.__name__.partition(".")[0]
    for path in MODULES.values():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert name not in {str(each).partition(".")[0] for each in names}, path
