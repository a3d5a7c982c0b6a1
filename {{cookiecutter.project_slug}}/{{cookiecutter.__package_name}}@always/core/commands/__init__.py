"""The service's own commands, beside ``flask serve`` and those of the identity."""

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
