"""The service's own commands, beside ``flask serve``, ``flask db`` and those of the identity."""

from . import anomalies, doctor, limits, metrics, policy, settings

COMMANDS = (
    anomalies.command,
    doctor.command,
    limits.command,
    metrics.command,
    policy.command,
    settings.command,
)

__all__ = ["COMMANDS"]
