"""The core of the service, which comes from its template. Code outside of it imports only the names below."""

# ruff: noqa: E402
import gc

gc.disable()  # the imports create no garbage: looking for it takes 12 % of the start

from . import anomalies, fields
from .app import create_app
from .clock import now
from .database import AnyRow, Base, UTCDateTime, best_effort, connect, transaction
from .declare import authenticated, body, errors, guarded_by, produces, public, query, raw_body, requires, response
from .declare.pagination import Page, cursor
from .diagnostics import Check, Finding
from .limits import limiter
from .observability.events import MALICIOUS_DIRECT_REFERENCE, SecurityEvent
from .observability.events import record as record_event
from .problems import Problem, ProblemType
from .request import current_caller, event_stream
from .services import get as get_metrics
from .settings import ConfigurationError, get_settings, setting
from .settings import fields as setting_fields

gc.freeze()  # nor are the imported objects garbage later: a collection that includes them takes 40 ms
gc.enable()

__all__ = [
    "MALICIOUS_DIRECT_REFERENCE",
    "AnyRow",
    "Base",
    "Check",
    "ConfigurationError",
    "Finding",
    "Page",
    "Problem",
    "ProblemType",
    "SecurityEvent",
    "UTCDateTime",
    "anomalies",
    "authenticated",
    "best_effort",
    "body",
    "connect",
    "create_app",
    "current_caller",
    "cursor",
    "errors",
    "event_stream",
    "fields",
    "get_metrics",
    "get_settings",
    "guarded_by",
    "limiter",
    "now",
    "produces",
    "public",
    "query",
    "raw_body",
    "record_event",
    "requires",
    "response",
    "setting",
    "setting_fields",
    "transaction",
]
