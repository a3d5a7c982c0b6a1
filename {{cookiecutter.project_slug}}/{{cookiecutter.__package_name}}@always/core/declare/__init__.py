"""The decorators with which a view declares its access rule, query, body, response and errors."""

from .decorators import authenticated, body, errors, guarded_by, public, query, raw_body, raw_query, requires
from .response import produces, response

__all__ = [
    "authenticated",
    "body",
    "errors",
    "guarded_by",
    "produces",
    "public",
    "query",
    "raw_body",
    "raw_query",
    "requires",
    "response",
]
