"""Methods, paths, media types and encodings that the service does not support."""

import gzip
import json
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
PROBES = "/api/v1/probes"


@pytest.mark.control("H2")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PUT", "PROPFIND", "X" * 100])
def test_an_unknown_method_is_405(caller: MakeCaller, method: str) -> None:
    assert caller().open(PROBES, method=method).status_code == 405


@pytest.mark.control("H2")
@pytest.mark.parametrize("method", ["get", "Get", "gET", "head", "options", "oTher", "M" * 14_000])
def test_methods_are_case_sensitive(caller: MakeCaller, capsys: pytest.CaptureFixture[str], method: str) -> None:
    me = caller()
    capsys.readouterr()
    rejected = me.get(PROBES, environ_overrides={"REQUEST_METHOD": method})
    assert rejected.status_code == 405
    assert set(rejected.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert method not in rejected.get_data(as_text=True)
    assert [json.loads(line)["method"] for line in capsys.readouterr().out.splitlines()] == ["other"]


@pytest.mark.control("H2")
def test_a_route_with_an_unknown_method_prevents_startup(
    create_app: Callable[..., Flask], environ: dict[str, str], service: ModuleType
) -> None:
    blueprint = Blueprint("caches", __name__)
    blueprint.add_url_rule("/caches", "purge", service.core.public(lambda: ""), methods=["PURGE"])
    with pytest.raises(service.core.ConfigurationError, match="/caches has method PURGE"):
        create_app(environ, blueprints=[blueprint])


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("condition", ["1", "", '"1', '1"', 'w/"1"', '"1" "2"', '"1",', '*, "1"', '"a b"'])
def test_a_malformed_condition_is_400(caller: MakeCaller, name: str, condition: str) -> None:
    me = caller()
    path = me.post(PROBES, json={"name": "x"}).headers["Location"]
    rejected = me.patch(path, json={"name": "y"}, headers={name: condition})
    assert rejected.status_code == 400
    assert name in rejected.json["detail"]
    assert me.get(path).json["name"] == "x"


@pytest.mark.parametrize(
    ("condition", "status"), [("*", 200), ('"1"', 200), ('"7" , "1"', 200), ('W/"1"', 412), ('"2"', 412), ('""', 412)]
)
def test_a_change_depends_on_if_match(caller: MakeCaller, condition: str, status: int) -> None:
    me = caller()
    path = me.post(PROBES, json={"name": "x"}).headers["Location"]
    assert me.patch(path, json={"name": "y"}, headers={"If-Match": condition}).status_code == status


@pytest.mark.control("H2")
@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_override_is_ignored(caller: MakeCaller, name: str) -> None:
    me = caller()
    path = me.post(PROBES, json={"name": "x"}).headers["Location"]
    assert me.get(path, headers={name: "DELETE"}).status_code == 200
    assert me.get(path, query_string={"_method": "DELETE"}).status_code == 400
    assert me.get(path).status_code == 200


@pytest.mark.control("E4")
@pytest.mark.parametrize(
    "path", ["/.git/config", "/.env", "/console", "/static/", "/settings.toml", "/../.env", "/%2e%2e/.env", "//"]
)
def test_no_file_and_no_console_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", [f"{PROBES}/%00", f"{PROBES}/a%00b", "/%00"])
def test_nul_in_a_path_is_400(caller: MakeCaller, path: str) -> None:
    assert caller().get(path).status_code == 400


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json;q=0, text/html", "application/xml;charset=utf-8", "garbage"]
)
def test_an_accept_header_that_excludes_json_is_406(caller: MakeCaller, accept: str) -> None:
    assert caller().get(PROBES, headers={"Accept": accept}).status_code == 406


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        (PROBES, "application/json;charset=utf-8"),
        (PROBES, 'text/html, application/json ; profile="x";q=0.5'),
        (PROBES, "application/*"),
        (PROBES, ""),
        (PROBES, "*"),
        (PROBES, "text/html, image/gif, *; q=.2, */*; q=.2"),
        (PROBES, "APPLICATION/JSON"),
        ("/metrics", "text/plain"),
        ("/metrics", "text/plain;version=0.0.4"),
        ("/metrics", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5"),
    ],
)
def test_the_accept_headers_of_common_clients_are_understood(
    make_app: MakeApp, caller: MakeCaller, environ: dict[str, str], path: str, accept: str
) -> None:
    client = caller(app=make_app())
    token = {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"} if path == "/metrics" else {}
    assert client.get(path, headers={"Accept": accept, **token}).status_code == 200


@pytest.mark.control("I2")
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity", "gzip, gzip", "x"])
def test_a_content_encoding_is_415(caller: MakeCaller, coding: str) -> None:
    bomb = gzip.compress(b"0" * 1_000_000)
    assert (
        caller()
        .post(PROBES, data=bomb, content_type="application/json", headers={"Content-Encoding": coding})
        .status_code
        == 415
    )


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-16", "application/vnd.api+json", "text/json", "json"]
)
def test_another_media_type_is_415(caller: MakeCaller, media_type: str) -> None:
    assert caller().post(PROBES, data=b'{"name": "a"}', content_type=media_type).status_code == 415


@pytest.mark.parametrize(
    "parameters",
    [";charset=utf8", '; charset="UTF-8"', ";", "; odata=minimal", "; boundary=x", "; version=1;charset=Utf-8"],
)
@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON"])
def test_the_parameters_of_the_media_type_are_ignored_except_the_charset(
    caller: MakeCaller, media_type: str, parameters: str
) -> None:
    response = caller().post(PROBES, data=b'{"name": "a"}', content_type=media_type + parameters)
    assert response.status_code == 201
