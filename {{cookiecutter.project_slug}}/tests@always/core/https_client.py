"""A client that calls the service over HTTPS."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class HttpsClient(FlaskClient):
    """A client of https://localhost that sends the headers it was created with."""

    headers: dict[str, str] = {}  # noqa: RUF012

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send the request, with the headers of the client unless it has its own."""
        kwargs.setdefault("base_url", "https://localhost")
        kwargs.setdefault("buffered", True)  # reads the response and closes its file
        kwargs["headers"] = {**self.headers, **dict(kwargs.get("headers") or {})}
        response = super().open(*args, **kwargs)
        if kwargs["buffered"]:
            response.request.environ["wsgi.input"].close()  # a temporary file, if the body is large
        return response
