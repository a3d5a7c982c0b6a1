"""The counts of this resource for ``/api/v1/admin/stats``."""

from . import queries

COUNTS = {"items": queries.count}
