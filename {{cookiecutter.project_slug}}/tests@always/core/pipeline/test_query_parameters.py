"""A query parameter that is invalid, unknown or repeated is rejected with 400."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

PROBES = "/api/v1/probes"
MakeCaller = Callable[..., FlaskClient]


@pytest.mark.control("I6")
@pytest.mark.parametrize("limit", ["", "0", "-1", "101", "10000", "1_0", "٣", "1.0", " 1", "x" * 500])
def test_a_page_size_outside_its_range_is_400(caller: MakeCaller, limit: str) -> None:
    rejected = caller().get(PROBES, query_string={"limit": limit})
    assert rejected.status_code == 400
    assert rejected.json["errors"][0]["parameter"] == "limit"


@pytest.mark.control("I5")
@pytest.mark.parametrize("query", ["limit=1&limit=9", "q=a&q=a", "limit=1&cursor=x&limit=1", "a=1&a=2"])
def test_a_repeated_query_parameter_is_400(caller: MakeCaller, query: str) -> None:
    assert caller().get(f"{PROBES}?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "q=",
        "q=%00",
        "q=a%00b",
        "%00=1",
        "q=%ff",
        "q=%ED%A0%80",
        "%ff=1",
        "cursor=",
        "cursor=abc",
        "cursor=%FF",
        "cursor=AAAAAAAAAAAAAAAAAAAAAB",
        "cursor=AAAAAAAAAAAAAAAAAAAAAA==",
        "cursor=!AAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_an_invalid_query_is_400(caller: MakeCaller, query: str) -> None:
    rejected = caller().get(f"{PROBES}?{query}")
    assert rejected.status_code == 400
    assert rejected.mimetype == "application/problem+json"


def test_an_endpoint_without_query_parameters_refuses_one(caller: MakeCaller) -> None:
    assert caller().get("/api/v1/me?verbose=1").status_code == 400
