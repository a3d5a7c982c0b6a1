"""The resources that a new one references."""

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import service
from .checks import registered_resources
from .design import singular_of
from .parts import Resource, tables


@dataclass(frozen=True)
class Target:
    """A resource that another one references, with what a test needs to create a row of it."""

    singular: str
    path: str
    example: dict[str, Any]  # a value for each required field that is not a reference
    references: dict[str, str]  # the required references: the resource of each field


def targets(names: list[str]) -> dict[str, Target]:
    """Return these resources and those that they require, each after the ones that it requires.

    Exits if one of them cannot be referenced.
    """
    found: dict[str, Target] = {}
    for name in names:
        target = _target(name)
        found |= {**targets(list(target.references.values())), name: target}
    return found


def _target(name: str) -> Target:
    app = service.application()
    package = Path(app.root_path)
    registered = registered_resources(package / "__init__.py")
    if name not in registered:
        sys.exit(
            f"{name} is not a registered resource, so it cannot be referenced. Registered: {', '.join(registered)}."
        )
    resource = Resource(package, name)
    columns = {table.name: set(table.columns.keys()) for table, module in tables() if resource.contains(module)}
    if not {"id", "owner"} <= columns.get(name, set()):
        sys.exit(f"{name} cannot be referenced: it has no table {name} with the columns id and owner.")
    try:
        queries = importlib.import_module(f"{resource.module}.queries")
    except ModuleNotFoundError:
        queries = None
    if not (hasattr(queries, "find") and hasattr(queries, "exists")):
        sys.exit(f"{name} cannot be referenced: {resource.module}.queries has no functions find and exists.")
    body, path = _creation(resource)
    required = {field for field, declared in body.fields.items() if declared.required}
    references = {field: target for field, target in _references(resource).items() if field in required}
    example = service.core().openapi.schemas.example(body)
    sent = {field: declared.data_key or field for field, declared in body.fields.items()}
    missing = sorted(field for field in required - references.keys() if sent[field] not in example)
    if missing:
        sys.exit(f"{name} cannot be referenced: its field {missing[0]} has no example, which the tests need.")
    return Target(
        singular_of(name),
        path,
        {sent[field]: example[sent[field]] for field in body.fields if field in required - references.keys()},
        references,
    )


def _creation(resource: Resource) -> tuple[Any, str]:
    """Return the schema of the body and the path of the request that creates a row."""
    for operation in service.core().operations.operations(service.application()):
        own = resource.contains(operation.view.__module__)
        if own and operation.method == "POST" and not operation.arguments and operation.declaration.body:
            return operation.declaration.body, operation.path
    sys.exit(f"{resource.name} cannot be referenced: it has no POST request with a body that creates a row.")


def _references(resource: Resource) -> dict[str, str]:
    """Return the resource that each foreign key of a resource references."""
    resources = {table.name: module.split(".")[1] for table, module in tables()}
    return {
        key.parent.name: resources[key.column.table.name]
        for table, module in tables()
        if resource.contains(module)
        for key in table.foreign_keys
    }
