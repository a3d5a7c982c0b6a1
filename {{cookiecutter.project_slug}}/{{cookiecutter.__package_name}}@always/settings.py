"""Your own settings; those of ``core`` are in ``core/settings``."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """The settings of this service. ``docs/recipes/configuration.md`` shows how to declare one.

    The field ``orders_per_page`` is ``per_page`` under ``[orders]`` in ``settings.toml``, and the variable
    ``APP_ORDERS_PER_PAGE``.
    """
