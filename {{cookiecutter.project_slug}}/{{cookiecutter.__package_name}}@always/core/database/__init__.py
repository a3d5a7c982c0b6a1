"""The database: where it is, how a request reads and writes it, and how its tables come to be."""

from .connections import Database, best_effort, connect, current, init_app, on_commit, transaction
from .revision import Revision
from .tables import AnyRow, Base, UTCDateTime

__all__ = [
    "AnyRow",
    "Base",
    "Database",
    "Revision",
    "UTCDateTime",
    "best_effort",
    "connect",
    "current",
    "init_app",
    "on_commit",
    "transaction",
]
