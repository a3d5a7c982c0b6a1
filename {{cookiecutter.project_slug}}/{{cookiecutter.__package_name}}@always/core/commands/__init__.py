"""The commands of core, in addition to ``flask serve``, ``flask openapi`` and those of ``auth/backend``."""

from . import doctor, limits, metrics, migrations, policy, settings

COMMANDS = (
    doctor.command,
    limits.command,
    metrics.command,
    migrations.command,
    policy.command,
    settings.command,
)

__all__ = ["COMMANDS"]
