"""The limit of the requests that one network has in progress."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.package import core

ADDRESS = "192.0.2.7"
PROBES = "/api/v1/probes"


@pytest.fixture
def occupied(app: Flask) -> Iterator[FlaskClient]:
    """A client whose network has as many requests in progress as it may."""
    requests = core.services.get(app, core.request.slots.BodySlots).requests
    taken = 0
    while requests.take(ADDRESS):
        taken += 1
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    yield client
    for _ in range(taken):
        requests.release(ADDRESS)
    assert client.get(PROBES).status_code == 401


@pytest.mark.control("R7")
def test_more_requests_of_a_network_are_429_and_the_first_is_an_event(
    occupied: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    for path in (PROBES, "/no/such/path"):
        response = occupied.get(path)
        assert response.status_code == 429
        assert response.content_type == "application/problem+json"
        assert response.json["detail"] == "Too many of your requests are in progress."  # type: ignore[index]
        assert (response.headers["Retry-After"], response.headers["Connection"]) == ("1", "close")
        assert response.headers["X-Request-ID"]
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    events = [line for line in lines if line["event"] == "excess_rate_limit_exceeded"]
    assert [(line["address"], line["method"], line["path"]) for line in events] == [(ADDRESS, "GET", PROBES)]
    assert events[0]["request_id"] == lines[lines.index(events[0]) + 1]["request_id"]


@pytest.mark.control("R7")
def test_other_networks_and_exempt_views_and_preflights_are_served(occupied: FlaskClient, app: Flask) -> None:
    assert app.test_client().get(PROBES).status_code == 401
    assert occupied.get("/healthz").status_code == 200
    assert occupied.options(PROBES).status_code == 200


@pytest.mark.control("R7")
def test_every_rejection_is_counted(occupied: FlaskClient, app: Flask) -> None:
    counter = core.services.get(app, core.observability.metrics.Metrics).rate_limited_requests.labels("in-progress")
    before = counter._value.get()
    for _ in range(3):
        occupied.get(PROBES)
    assert counter._value.get() == before + 3
