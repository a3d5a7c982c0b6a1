"""What ``/api/v1/admin/stats`` counts of this resource."""

from . import queries

COUNTS = {"items": queries.count}
