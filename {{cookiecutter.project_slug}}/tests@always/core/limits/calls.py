"""Call a path repeatedly."""

from typing import Any

from flask.testing import FlaskClient


def statuses(client: FlaskClient, path: str, times: int, **options: Any) -> list[int]:
    """Return the status of each of several calls."""
    return [client.get(path, **options).status_code for _ in range(times)]
