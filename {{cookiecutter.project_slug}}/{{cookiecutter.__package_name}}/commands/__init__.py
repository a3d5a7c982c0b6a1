"""The service's own commands, beside ``flask serve``, ``flask db`` and those of the identity."""

from . import doctor, policy, settings

COMMANDS = (doctor.command, policy.command, settings.command)

__all__ = ["COMMANDS"]
