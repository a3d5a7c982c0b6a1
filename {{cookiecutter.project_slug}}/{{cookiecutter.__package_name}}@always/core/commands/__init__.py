"""The commands of core, in addition to ``flask serve``, ``flask openapi`` and those of ``auth/backend``."""

from . import doctor, limits, metrics, migrations, policy, settings

__all__ = ["COMMANDS"]

COMMANDS = tuple(module.command for module in (doctor, limits, metrics, migrations, policy, settings))
