"""What the service tells of itself: the journal and the security events."""

from . import events, journal, redaction, refusals, terminal

__all__ = ["events", "journal", "redaction", "refusals", "terminal"]
