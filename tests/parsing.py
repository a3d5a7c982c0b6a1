"""Parse the files of a service."""

import ast
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import yaml

SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # faster, if available
READERS: dict[str, Callable[[str], object]] = {
    ".toml": tomllib.loads,
    ".py": ast.parse,
    ".json": json.loads,
    ".yml": lambda text: list(yaml.load_all(text, SafeLoader)),
    ".yaml": lambda text: list(yaml.load_all(text, SafeLoader)),
}


def parse_all(service: Path) -> None:
    """Parse every TOML, Python, JSON and YAML file."""
    for path in service.rglob("*"):
        if path.is_file() and path.suffix in READERS:
            READERS[path.suffix](path.read_text("utf-8"))
