"""What a setting says before the service runs; the later source wins, as in the service itself."""

import os
import tomllib
from pathlib import Path

from dotenv import dotenv_values


def setting(table: str, name: str, default: str) -> str:
    """Give the text of ``name`` under ``[table]``, or of its variable."""
    path = Path(os.environ.get("APP_SETTINGS", "settings.toml"))
    text = tomllib.loads(path.read_text("utf-8")).get(table, {}).get(name, default)
    variables = dotenv_values(path.with_name(".env")) | os.environ
    return str(variables.get(f"APP_{table}_{name}".upper(), text))
