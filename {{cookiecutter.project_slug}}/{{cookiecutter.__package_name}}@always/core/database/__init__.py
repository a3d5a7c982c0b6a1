"""The database: connections, transactions, base classes of the tables, and migrations."""

from .connections import Database, best_effort, connect, init_app, on_commit, transaction
from .copying import copy_rows
from .migrator import Migrator
from .tables import AnyRow, Base, CoreBase, StringSet, UTCDateTime

__all__ = [
    "AnyRow",
    "Base",
    "CoreBase",
    "Database",
    "Migrator",
    "StringSet",
    "UTCDateTime",
    "best_effort",
    "connect",
    "copy_rows",
    "init_app",
    "on_commit",
    "transaction",
]
