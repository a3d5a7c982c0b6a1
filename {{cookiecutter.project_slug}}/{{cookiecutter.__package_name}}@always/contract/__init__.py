"""What an endpoint takes and gives: marshmallow schemas at the edge, declared on the view, enforced by the pipeline."""

from . import body
from .declaration import Contract, accepts, contract_of, queried, reads_form, reads_itself, refuses, returns, writes
from .enforcement import enforce
from .fields import Line, Number, Text

__all__ = [
    "Contract",
    "Line",
    "Number",
    "Text",
    "accepts",
    "body",
    "contract_of",
    "enforce",
    "queried",
    "reads_form",
    "reads_itself",
    "refuses",
    "returns",
    "writes",
]
