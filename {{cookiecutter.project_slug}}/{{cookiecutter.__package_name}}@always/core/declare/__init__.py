"""The decorators with which a view declares its access rule, query, body, response and errors."""

from .access_rule import authenticated, guarded_by, public, requires
from .body import body, raw_body
from .errors import errors
from .query import query, raw_query
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
