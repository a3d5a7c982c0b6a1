"""The database: connections, transactions, base classes of the tables, and migrations."""

from .branches import Branches
from .connections import Database, best_effort, connect, init_app, on_commit, transaction
from .tables import AnyRow, Base, CoreBase, StringSet, UTCDateTime

__all__ = [
    "AnyRow",
    "Base",
    "Branches",
    "CoreBase",
    "Database",
    "StringSet",
    "UTCDateTime",
    "best_effort",
    "connect",
    "init_app",
    "on_commit",
    "transaction",
]
