"""The revocation counter on PostgreSQL: not read, since that would cost a round trip for each request.

A process notices another process's revocation when its cache entry expires, a few seconds later.
"""


class SharedCounter:
    """A counter that never changes."""

    def __init__(self, _url: str) -> None:
        pass

    def read(self) -> int:
        """Return 0."""
        return 0

    def publish(self) -> None:
        """Do nothing."""
