"""Sign-up: ``POST /api/v1/register``, disabled unless the settings enable it.

To remove it, delete this folder, its tests and its name in ``backend/__init__.py``.
"""

from .routes import FEATURE

__all__ = ["FEATURE"]
