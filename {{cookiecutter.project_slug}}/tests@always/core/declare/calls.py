"""Calls of a service over HTTPS."""

from typing import Any

from flask.testing import FlaskClient

URL = "https://localhost"


def call(client: FlaskClient, path: str, method: str = "POST", **options: Any) -> Any:
    """Call a path over HTTPS."""
    return client.open(path, method=method, base_url=URL, **options)


def document(client: FlaskClient) -> dict[str, Any]:
    """Return the OpenAPI document."""
    read: dict[str, Any] = call(client, "/openapi.json", "GET").json
    return read
