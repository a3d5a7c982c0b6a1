"""A Django middleware: request id, security headers and log line of each response."""

import time
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from ..options import SECURITY_HEADERS, log_request


def request_log(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware around ``get_response``."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started, request_id = time.perf_counter(), uuid4().hex
        response = get_response(request)
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-ID"] = request_id
        log_request(
            request_id=request_id,
            address=request.META["REMOTE_ADDR"],
            method=request.method,
            path=request.path,
            status=response.status_code,
            duration_ms=round((time.perf_counter() - started) * 1000, 2),
        )
        return response

    return middleware
