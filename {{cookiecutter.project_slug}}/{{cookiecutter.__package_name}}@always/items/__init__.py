"""The example resource, to be copied: routes, schemas, models and queries in one package."""

from .counts import COUNTS
from .queries import delete_of_owner
from .routes import blueprint

__all__ = ["COUNTS", "blueprint", "delete_of_owner"]
