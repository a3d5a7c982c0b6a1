"""An ASGI middleware: request id, security headers and log line of each response."""

import time
from typing import Any
from uuid import uuid4

from .options import SECURITY_HEADERS, log_request

HEADERS = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


class RequestLog:
    """An ASGI middleware that adds the headers and writes the log line."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on, add the headers to its response and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, request_id, status = time.perf_counter(), uuid4().hex, 500

        async def send_with_headers(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                request_id_header = (b"x-request-id", request_id.encode())
                message["headers"] = [*message["headers"], *HEADERS, request_id_header]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            log_request(
                request_id=request_id,
                address=scope["client"][0],
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=round((time.perf_counter() - started) * 1000, 2),
            )
