"""Authentication and authorization: scopes, guards, the caller cache and the backend of the auth style."""

from . import backend
from .interface import Backend

__all__ = ["Backend"]

_typed: Backend = backend  # mypy compares the package of this auth style with the interface
