"""The example resource, to be copied: routes, schemas, models and queries in one package."""

from .queries import count, delete_of_owner
from .routes import blueprint

__all__ = ["blueprint", "count", "delete_of_owner"]
