"""The current request: its state in the pipeline and its caller."""

from .caller import Caller, current_caller
from .state import RequestState, current_state

__all__ = ["Caller", "RequestState", "current_caller", "current_state"]
