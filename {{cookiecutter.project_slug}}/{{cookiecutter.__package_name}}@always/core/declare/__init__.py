"""The decorators with which a view declares its access rule, body, query, response and errors."""

from .access_rule import authenticated, guarded_by, public, requires
from .contract import Contract, body, contract_of, errors, query, reads_form, reads_itself, response, writes
from .fields import Line, Number, Text

__all__ = [
    "Contract",
    "Line",
    "Number",
    "Text",
    "authenticated",
    "body",
    "contract_of",
    "errors",
    "guarded_by",
    "public",
    "query",
    "reads_form",
    "reads_itself",
    "requires",
    "response",
    "writes",
]
