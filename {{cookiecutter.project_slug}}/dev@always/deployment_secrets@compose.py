"""Create the secret files of ``compose.yaml`` that are missing, as ``deploy/secrets.toml`` describes them.

By hand: ``uv run python -m dev.deployment_secrets``.
"""

import argparse
import secrets
import stat
import sys
import tomllib
from pathlib import Path
from string import Formatter

from . import ROOT, secret_files

DEPLOY = ROOT / "deploy"
FOLDER_MODE, FILE_MODE = 0o700, 0o644


def create(deploy: Path) -> list[str]:
    """Create the missing files in ``deploy/secrets`` and return their names.

    Compose mounts a file with its mode, and the users in the containers do not exist on this machine. So everybody may
    read the files, but only their owner can enter the folder. The content of an existing file is never changed; other
    modes, such as those of a copy made with another umask, are corrected.

    Raises ``ValueError`` if a missing file contains the same random value as an existing one.
    """
    folder = deploy / "secrets"
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    _correct_mode(folder, FOLDER_MODE)
    for path in folder.iterdir():
        if path.is_file():
            _correct_mode(path, FILE_MODE)
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
        secret_files.write(folder / name, contents[name].lstrip().format_map(values), FILE_MODE)
    return missing


def _correct_mode(path: Path, mode: int) -> None:
    if stat.S_IMODE(path.stat().st_mode) != mode:
        path.chmod(mode)


def _random_names(content: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(content) if name}


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m dev.deployment_secrets", description=__doc__).parse_args()
    try:
        created = create(DEPLOY)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    print(f"Created in deploy/secrets: {', '.join(created)}." if created else "All secrets exist. None was changed.")
