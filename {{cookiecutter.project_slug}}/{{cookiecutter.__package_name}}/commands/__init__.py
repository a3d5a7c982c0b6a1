"""The service's own commands, beside ``flask serve``, ``flask db`` and those of the identity."""

from . import doctor, limits, metrics, policy, settings

COMMANDS = (doctor.command, limits.command, metrics.command, policy.command, settings.command)

__all__ = ["COMMANDS"]
