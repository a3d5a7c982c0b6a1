"""The settings of this service itself; those of ``core`` are in ``core/settings``."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """None so far. Declare one as ``core/settings/core.py`` does: ``orders_per_page: int = setting(...)``.

    ``orders_per_page`` is ``per_page`` under ``[orders]`` in ``settings.toml``, or ``APP_ORDERS_PER_PAGE``.
    """
