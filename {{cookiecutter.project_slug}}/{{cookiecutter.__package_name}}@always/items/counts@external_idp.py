"""What ``/api/v1/admin/stats`` counts of this resource.

The identity provider has the accounts. The service knows only the callers that own an item.
"""

from . import queries

COUNTS = {"callers": queries.count_owners, "items": queries.count}
