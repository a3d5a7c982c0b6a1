"""What prevents the removal of a resource."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .. import ROOT, service
from .parts import Resource, tables


def problems(resource: Resource) -> Iterator[str]:
    """Yield each reason, with what to do."""
    init = resource.package / "__init__.py"
    registered = registered_resources(init)
    if resource.name not in registered:
        registered_names = ", ".join(registered) or "none"
        yield f"{resource.name} is not a registered resource. In {init.relative_to(ROOT)}: {registered_names}."
        return
    if service.setting("environment") == "production":
        yield "APP_ENVIRONMENT is production. Remove resources on a development machine."
    for table, module in tables():
        for key in table.foreign_keys if not resource.contains(module) else ():
            if key.column.table.name in resource.tables():
                yield f"{table.name}.{key.parent.name} references the table {key.column.table.name}. Remove it first."
    for file in sorted(other_files(resource)):
        for line in importing_lines(file, resource):
            yield f"{file.relative_to(ROOT)}:{line} imports {resource.module}. Remove this import first."
    for operation in service.core().operations.operations(service.application()):
        scope = operation.access_rule.scope or ""
        if scope.startswith(f"{resource.name}:") and not resource.contains(operation.view.__module__):
            yield f"{operation.method} {operation.path} requires the scope {scope}. Choose another scope first."


def registered_resources(file: Path) -> list[str]:
    """Return the names in the argument ``blueprints`` of ``create_app``: ``orders`` for ``orders.blueprint``."""
    return [
        node.value.id
        for keyword in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(keyword, ast.keyword) and keyword.arg == "blueprints"
        for node in ast.walk(keyword.value)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    ]


def other_files(resource: Resource) -> set[Path]:
    """Return the Python files of the service's own part and its tests that do not belong to the resource."""
    files = {*resource.package.rglob("*.py"), *(ROOT / "tests").rglob("*.py")} - {resource.package / "__init__.py"}
    folders = [*resource.paths(), resource.package / "core", ROOT / "tests" / "core"]
    return {file for file in files if not any(file.is_relative_to(folder) for folder in folders)}


def importing_lines(file: Path, resource: Resource) -> Iterator[int]:
    """Yield the numbers of the lines that import the resource or a part of it."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*parents, *([node.module] if node.module else [])))
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        else:
            continue
        if any(resource.contains(name) for name in names):
            yield node.lineno
