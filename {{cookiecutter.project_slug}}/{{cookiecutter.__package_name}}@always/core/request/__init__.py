"""The current request: its state in the pipeline, its caller, its body, and responses that are streams."""

from .caller import Caller, current_caller
from .state import RequestState, current_state
from .streams import event_stream

__all__ = ["Caller", "RequestState", "current_caller", "current_state", "event_stream"]
