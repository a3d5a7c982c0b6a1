"""Why a start is refused."""

import click


class ConfigurationError(click.ClickException):
    """The service must not start; the message says why in one sentence.

    It is a ``ClickException`` so that every ``flask`` command shows the sentence alone and exits with 1.
    """
