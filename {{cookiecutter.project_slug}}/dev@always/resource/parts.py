"""The files and tables that belong to a resource."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import ROOT, service


@dataclass(frozen=True)
class Resource:
    """A resource of the service: the package ``name`` inside ``package``, the package of the service."""

    package: Path
    name: str

    @property
    def module(self) -> str:
        """The name by which Python imports it."""
        return f"{self.package.name}.{self.name}"

    def contains(self, module: str) -> bool:
        """Return whether a module is part of it."""
        return module == self.module or module.startswith(f"{self.module}.")

    def paths(self) -> list[Path]:
        """Return its package and its tests."""
        tests = ROOT / "tests"
        paths = (self.package / self.name, tests / self.name, tests / f"test_{self.name}.py")
        return [path for path in paths if path.exists()]

    def tables(self) -> set[str]:
        """Return the names of its tables."""
        return {table.name for table, module in tables() if self.contains(module)}


def tables() -> list[tuple[Any, str]]:
    """Return the tables of the service, each with the module of its model."""
    service.application()  # imports the models
    mappers = service.core().Base.registry.mappers
    return [(mapper.local_table, mapper.class_.__module__) for mapper in mappers]
