"""The package under test. Its name differs from service to service, so it is read from ``pyproject.toml``."""

import dataclasses
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

package: ModuleType = import_module(_PROJECT["tool"]["uv"]["build-backend"]["module-name"])
core: Any = package.core


def _own_settings() -> list[type]:
    """Return the dataclasses of settings in modules outside of core: the application of core's tests has them too.

    Otherwise it would reject a value of theirs in ``settings.toml`` or in the environment as unknown.
    """
    modules = [
        module
        for name, module in sys.modules.items()
        if f"{name}.".startswith(f"{package.__name__}.") and not name.startswith(core.__name__)
    ]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return [
        value
        for value in found
        if dataclasses.is_dataclass(value) and all("meaning" in field.metadata for field in dataclasses.fields(value))
    ]


OWN_SETTINGS = _own_settings()
