"""Who is calling and what they may do: the marks of an endpoint, and the caller that they ask for."""

from .caller import Caller, current_caller
from .marks import authenticated, guarded_by, public, requires
from .scopes import SCOPES

__all__ = ["SCOPES", "Caller", "authenticated", "current_caller", "guarded_by", "public", "requires"]
