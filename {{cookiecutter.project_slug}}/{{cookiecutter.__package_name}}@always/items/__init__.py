"""The example resource, made to be copied: routes, schemas, models and queries of one feature in one place."""

from .counts import COUNTS
from .queries import delete_of_owner
from .routes import blueprint

__all__ = ["COUNTS", "blueprint", "delete_of_owner"]
