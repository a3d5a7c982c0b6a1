"""The package under test. Its name differs from service to service, so it is read from ``pyproject.toml``."""

import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

package: ModuleType = import_module(_PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"][0])
core: Any = package.core
