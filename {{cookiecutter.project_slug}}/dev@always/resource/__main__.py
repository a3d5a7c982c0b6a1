"""The command line: ``python -m dev.resource``."""

import argparse
import os

from .. import ROOT, environment
from .removal import remove


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m dev.resource", description="Remove a resource of the service.")
    parser.add_argument("--remove", metavar="NAME", required=True, help="the package of the resource, such as orders")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    environment.create(ROOT)
    remove(arguments.remove)


if __name__ == "__main__":
    main()
