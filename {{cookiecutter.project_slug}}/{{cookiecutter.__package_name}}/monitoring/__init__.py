"""What the service tells of itself: the journal and the security events."""

from . import events, journal, refusals

__all__ = ["events", "journal", "refusals"]
