"""The commands of core, in addition to ``flask serve``, ``flask openapi`` and those of ``auth/backend``."""

from . import anomalies, doctor, limits, metrics, migrations, policy, settings

COMMANDS = (
    anomalies.command,
    doctor.command,
    limits.command,
    metrics.command,
    migrations.command,
    policy.command,
    settings.command,
)

__all__ = ["COMMANDS"]
