"""Authentication and authorization: scopes, guards, the caller cache, and the backend that authenticates callers."""

from . import backend
from .interface import Backend

__all__ = ["Backend"]

_typed: Backend = backend  # mypy compares the package with the interface
