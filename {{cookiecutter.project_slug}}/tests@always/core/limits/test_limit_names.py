"""The name under which a limit of a view counts, also if a limit of the settings has the same name."""

from types import ModuleType
from typing import Any

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from tests.core.limits.calls import statuses
from tests.core.registry import registered


def test_a_limit_of_the_settings_has_their_name_and_rate(service: ModuleType, limiter: Limiter, serve: Any) -> None:
    name = "unknown-paths"

    @limiter.shared_limit(service.core.limits.SettingRate(name), scope=name, key_func=get_remote_address)
    def tea() -> str:
        return ""

    client = serve(tea, limits_unknown_paths="2/minute")
    responses = [client.get("/tea") for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert responses[0].headers["RateLimit-Policy"] == '"address";q=600;w=60, "unknown-paths";q=2;w=60'
    assert responses[2].json["violated-policies"] == [name]


def test_a_limit_with_the_name_of_a_general_one_counts_in_addition(
    service: ModuleType, limiter: Limiter, serve: Any
) -> None:
    @limiter.shared_limit(service.core.limits.SettingRate("address"), scope="address", key_func=get_remote_address)
    def tea() -> str:
        return ""

    assert statuses(serve(tea, limits_address="5/minute"), "/tea", 3) == [200, 200, 429]


def test_the_record_of_an_endpoint_contains_its_limits(service: ModuleType, limiter: Limiter, serve: Any) -> None:
    @limiter.limit("5/minute")
    @limiter.limit("9/hour", per_method=True)
    @limiter.limit(lambda: "1/day")
    def tea() -> str:
        return ""

    @limiter.exempt
    def free() -> str:
        return ""

    endpoints = registered(serve(tea, free).application, "Endpoints")
    assert endpoints["views.tea"].limits.names(has_caller=True) == ["address", "caller", "route"]
    assert endpoints["views.free"].limits.names(has_caller=True) == []
    fixed = [
        (scope, str(limit.limit)) for scope, limit in endpoints["views.tea"].limits.fixed("views.tea", ["GET", "POST"])
    ]
    assert sorted(fixed) == [
        ("views.tea", "5 per 1 minute"),
        ("views.tea:GET", "9 per 1 hour"),
        ("views.tea:POST", "9 per 1 hour"),
    ]
