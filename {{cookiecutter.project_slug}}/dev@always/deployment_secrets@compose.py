"""Create the secret files of ``compose.yaml`` that are missing, as ``deploy/secrets.toml`` describes them.

By hand: ``uv run python -m dev.deployment_secrets``.
"""

import argparse
import secrets
import sys
import tomllib
from pathlib import Path
from string import Formatter

from . import ROOT, secret_files

DEPLOY = ROOT / "deploy"


def create(deploy: Path) -> list[str]:
    """Create the missing files in ``deploy/secrets`` and return their names.

    Compose mounts a file with its mode, and the users in the containers do not exist on this machine. So everybody may
    read the files, but only their owner can enter the folder. An existing file is never changed.

    Raises ``ValueError`` if a missing file contains the same random value as an existing one.
    """
    folder = deploy / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    contents: dict[str, str] = tomllib.loads((deploy / "secrets.toml").read_text("utf-8"))
    missing = [name for name in contents if not (folder / name).exists()]
    existing = contents.keys() - missing
    known = set().union(*(_random_names(contents[name]) for name in existing))
    for name in missing:
        if shared := _random_names(contents[name]) & known:
            raise ValueError(
                f"{folder / name} is missing, but another file contains its value {{{shared.pop()}}}. Restore the file "
                "from a backup, or delete all files with that value, which makes the old value invalid."
            )
    values = {random: secrets.token_hex(32) for name in missing for random in _random_names(contents[name])}
    for name in missing:
        secret_files.write(folder / name, contents[name].lstrip().format_map(values), mode=0o644)
    return missing


def _random_names(content: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(content) if name}


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m dev.deployment_secrets", description=__doc__).parse_args()
    try:
        created = create(DEPLOY)
    except ValueError as error:
        sys.exit(str(error))
    print(f"Created in deploy/secrets: {', '.join(created)}." if created else "All secrets exist. None was changed.")
