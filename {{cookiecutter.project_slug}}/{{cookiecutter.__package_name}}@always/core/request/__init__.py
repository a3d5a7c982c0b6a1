"""The current request: its state in the pipeline, its caller and its body."""

from .caller import Caller, current_caller
from .state import RequestState, current_state

__all__ = ["Caller", "RequestState", "current_caller", "current_state"]
