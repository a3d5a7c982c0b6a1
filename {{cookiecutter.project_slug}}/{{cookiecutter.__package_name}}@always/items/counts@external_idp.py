"""The counts of this resource for ``/api/v1/admin/stats``.

The identity provider has the accounts, so the service can only count the callers that own an item.
"""

from . import queries

COUNTS = {"callers": queries.count_owners, "items": queries.count}
