"""The result of ``flask doctor``."""

from tests.core.commands.doctor.report import report

__all__ = ["report"]
