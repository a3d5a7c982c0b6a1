"""The command line: ``python -m dev.resource``."""

import argparse
import os

from .. import ROOT, environment
from . import interruption
from .design import Design, field, singular_of

EXAMPLES = """\
examples:
  python -m dev.resource rooms name:string
  python -m dev.resource bookings title:string 'seats:integer?' 'kind:enum(call,visit)' 'room:ref(rooms)'
  python -m dev.resource --remove bookings

types: string, text, integer, number, boolean, date, datetime, enum(first,second), ref(resource)
a `?` after the type makes the field optional
"""


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.resource",
        description="Create or remove a resource of the service.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", help="the plural, such as bookings: the package, the path and the table")
    parser.add_argument("fields", nargs="*", metavar="field:type", help="a field, such as title:string")
    parser.add_argument("--singular", metavar="NAME", help="the name of one row; by default derived from the plural")
    parser.add_argument("--remove", metavar="NAME", help="remove the resource with this package")
    arguments = parser.parse_intermixed_args()
    if (arguments.name is None) == (arguments.remove is None):
        parser.error("name a resource to create, or one to --remove")
    interruption.exit_at_signals()
    os.chdir(ROOT)
    environment.create(ROOT)
    if arguments.remove:
        from .removal import remove

        remove(arguments.remove)
    else:
        from .creation import create

        fields = tuple(field(text, arguments.name) for text in arguments.fields)
        create(Design(arguments.name, arguments.singular or singular_of(arguments.name), fields))


if __name__ == "__main__":
    main()
