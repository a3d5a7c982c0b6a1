"""The database: where it is, how a request reads and writes it, and how its tables come to be."""

from .connections import Database, current, init_app, noting, reading, writing
from .revision import Revision
from .tables import AnyRow, Base, Moment

__all__ = ["AnyRow", "Base", "Database", "Moment", "Revision", "current", "init_app", "noting", "reading", "writing"]
