"""The core of the service, which comes from its template. The owner's code imports the names below and nothing else."""

from .anomalies import Anomaly, DistinctSourcesRule, LogLine, RatioRule, ThresholdRule
from .app import create_app
from .clock import now
from .database import AnyRow, Base, UTCDateTime, best_effort, connect, transaction
from .declare import (
    Line,
    Number,
    Text,
    authenticated,
    body,
    errors,
    guarded_by,
    produces,
    public,
    query,
    raw_body,
    raw_query,
    requires,
    response,
)
from .declare.pagination import Page, cursor
from .diagnostics import Check, Finding, Skipped
from .limits import limiter
from .observability.events import MALICIOUS_DIRECT_REFERENCE, SecurityEvent
from .observability.events import record as record_event
from .observability.metrics import get_metrics
from .problems import Problem
from .request import current_caller
from .settings import ConfigurationError, get_settings, setting

__all__ = [
    "MALICIOUS_DIRECT_REFERENCE",
    "Anomaly",
    "AnyRow",
    "Base",
    "Check",
    "ConfigurationError",
    "DistinctSourcesRule",
    "Finding",
    "Line",
    "LogLine",
    "Number",
    "Page",
    "Problem",
    "RatioRule",
    "SecurityEvent",
    "Skipped",
    "Text",
    "ThresholdRule",
    "UTCDateTime",
    "authenticated",
    "best_effort",
    "body",
    "connect",
    "create_app",
    "current_caller",
    "cursor",
    "errors",
    "get_metrics",
    "get_settings",
    "guarded_by",
    "limiter",
    "now",
    "produces",
    "public",
    "query",
    "raw_body",
    "raw_query",
    "record_event",
    "requires",
    "response",
    "setting",
    "transaction",
]
