"""``flask limits``: all rate limits and where they are set.

The counters are in the memory of each worker, which no command can read.
"""

import click
from flask.cli import with_appcontext

from ..cli import json_option, print_records
from .limit_list import all_limits


@click.command("limits")
@json_option
@with_appcontext
def command(as_json: bool) -> None:
    """List all rate limits: what each counts and where it is set.

    \b
    flask limits
    """
    print_records(all_limits(), as_json)
