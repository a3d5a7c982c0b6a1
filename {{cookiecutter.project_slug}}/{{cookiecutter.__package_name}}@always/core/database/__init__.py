"""The database: where it is, how a request reads and writes it, and how its tables come to be."""

from .connections import Database, best_effort, connect, current, init_app, on_commit, transaction
from .migrator import Migrator
from .tables import AnyRow, Base, CoreBase, UTCDateTime

__all__ = [
    "AnyRow",
    "Base",
    "CoreBase",
    "Database",
    "Migrator",
    "UTCDateTime",
    "best_effort",
    "connect",
    "current",
    "init_app",
    "on_commit",
    "transaction",
]
