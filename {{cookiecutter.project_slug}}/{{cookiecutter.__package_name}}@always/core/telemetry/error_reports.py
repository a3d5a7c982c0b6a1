"""Error reports: exceptions that are logged as errors, sent to Sentry by a background thread."""

import logging
import os
from multiprocessing.util import Finalize
from typing import Any

import sentry_sdk
from flask import Flask, has_request_context, request
from sentry_sdk.integrations.logging import EventHandler

from ..observability import log
from ..request.state import KEY

FIELDS = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "sdk")


def start(_app: Flask) -> None:
    """Report the exceptions of this process; when it stops, send the last ones within 5 seconds."""
    sentry_sdk.init(
        release=os.environ.get("SENTRY_RELEASE", ""),  # without a value, the library would start git
        default_integrations=False,
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        traces_sample_rate=0,
        before_send=_reduce,
    )
    logging.getLogger().addHandler(EventHandler(logging.ERROR))
    Finalize(None, sentry_sdk.flush, kwargs={"timeout": 5.0}, exitpriority=10)


def _reduce(event: Any, _hint: Any) -> Any:
    """Return the types and the code of the exceptions and the request that they ended; None without an exception."""
    reported = {name: event[name] for name in FIELDS if name in event}
    tags = {"request_id": log.request_id.get(), **log.trace_ids()}
    if has_request_context() and (state := request.environ.get(KEY)) and state.endpoint:
        tags |= {"method": request.environ["REQUEST_METHOD"], "route": state.endpoint.route}
    raised = event.get("exception", {}).get("values", [])
    kept = [{name: each.get(name) for name in ("type", "module", "stacktrace")} for each in raised]
    reported |= {"tags": {name: tag for name, tag in tags.items() if tag}, "exception": {"values": kept}}
    return reported if raised else None
