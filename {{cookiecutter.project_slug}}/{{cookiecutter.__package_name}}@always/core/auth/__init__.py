"""Authentication and authorization: the scopes, the guards, the cache of callers, and the backend of this service."""

from .scopes import SCOPES

__all__ = ["SCOPES"]
