"""Bad input gets a clear refusal and leaves nothing behind."""

import gzip
import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

PROBES = "/api/v1/probes"
MakeCaller = Callable[..., FlaskClient]
JSON = "application/json"

UNREADABLE = {
    "empty": b"",
    "cut off": b'{"name": ',
    "two values": b"{} {}",
    "duplicate key": b'{"name": "a", "name": "b"}',
    "duplicate key inside": b'{"name": "a", "x": {"y": 1, "y": 2}}',
    "NaN": b'{"name": "a", "price": NaN}',
    "infinity": b'{"name": "a", "price": -Infinity}',
    "a number no double holds": b'{"name": "a", "price": 1e999}',
    "a number of many digits": b'{"name": "a", "price": ' + b"9" * 5000 + b"}",
    "a whole number no double holds": b'{"name": "a", "price": ' + b"9" * 400 + b"}",
    "a name with half of a surrogate pair": rb'{"name": "a", "\ud800": 1}',
    "a byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "UTF-32": '{"name": "a"}'.encode("utf-32"),
    "invalid UTF-8": b'{"name": "\xff"}',
    "overlong UTF-8": b'{"name": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "deep arrays": b"[" * 30_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "many names": json.dumps({f"k{i}": 1 for i in range(1500)}).encode(),
    "a raw control": b'{"name": "a\x01"}',
    "a raw NUL": b'{"name": "a\x00"}',
    "single quotes": b"{'name': 'a'}",
    "a comment": b'{"name": "a"} // c',
    "gzip": gzip.compress(b'{"name": "a"}'),
}


@pytest.mark.control("I1", "I2")
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_body_that_is_no_strict_json_is_400(caller: MakeCaller, body: bytes) -> None:
    me = caller()
    refused = me.post(PROBES, data=body, content_type=JSON)
    assert refused.status_code == 400
    assert refused.mimetype == "application/problem+json"
    assert me.get(PROBES).json["probes"] == []


@pytest.mark.control("I2")
def test_a_string_without_an_end_is_looked_at_once(caller: MakeCaller) -> None:
    """What stands behind its quotes is part of it: were each of them a start, a body would take seconds."""
    endless = rb'{"name": "' + rb"\"" * 1000 + b"[" * 17
    refused = caller().post(PROBES, data=endless, content_type=JSON)
    assert refused.status_code == 400
    assert refused.json["detail"].startswith("The body is not JSON: line 1, column 10")


INVALID = {
    "a list": ([], "#"),
    "a text": ("x", "#"),
    "null": (None, "#"),
    "nothing": ({}, "#/name"),
    "an empty name": ({"name": ""}, "#/name"),
    "a blank name": ({"name": "   "}, "#/name"),
    "a number as name": ({"name": 7}, "#/name"),
    "null as name": ({"name": None}, "#/name"),
    "a list as name": ({"name": ["x"]}, "#/name"),
    "a long name": ({"name": "x" * 101}, "#/name"),
    "two lines": ({"name": "a\nb"}, "#/name"),
    "NUL": ({"name": "a\0b"}, "#/name"),
    "a lone surrogate": ({"name": "a\ud800"}, "#/name"),
    "a C1 control": ({"name": "a\u0085b"}, "#/name"),
    "a line separator": ({"name": "a\u2028b"}, "#/name"),
    "a noncharacter": ({"name": "a\uffff"}, "#/name"),
    "NUL in the description": ({"name": "a", "description": "\0"}, "#/description"),
    "a long description": ({"name": "a", "description": "x" * 2001}, "#/description"),
    "a text as price": ({"name": "a", "price": "3"}, "#/price"),
    "a boolean as price": ({"name": "a", "price": True}, "#/price"),
    "a negative price": ({"name": "a", "price": -1}, "#/price"),
    "a price too high": ({"name": "a", "price": 1e9 + 1}, "#/price"),
    "a long whole number": ({"name": "a", "price": 10**300}, "#/price"),
    "an unknown field": ({"name": "a", "colour": "red"}, "#/colour"),
    "a field with a slash": ({"name": "a", "a/b~c": 1}, "#/a~1b~0c"),
}


@pytest.mark.control("I3")
@pytest.mark.parametrize(("body", "pointer"), INVALID.values(), ids=INVALID)
def test_a_body_that_breaks_a_rule_is_422_and_points_at_it(caller: MakeCaller, body: object, pointer: str) -> None:
    me = caller()
    refused = me.post(PROBES, data=json.dumps(body), content_type=JSON)
    assert refused.status_code == 422
    assert pointer in [error["pointer"] for error in refused.json["errors"]]
    assert all(error["detail"] for error in refused.json["errors"])
    assert me.get(PROBES).json["probes"] == []


@pytest.mark.control("Z2")
@pytest.mark.parametrize("field", ["id", "owner", "role", "is_admin", "scopes", "created_at", "updated_at", "version"])
def test_a_field_that_is_not_the_callers_cannot_be_assigned(caller: MakeCaller, field: str) -> None:
    me = caller()
    assert me.post(PROBES, json={"name": "a", field: "x"}).status_code == 422
    address = me.post(PROBES, json={"name": "a"}).headers["Location"]
    assert me.patch(address, json={field: "x"}).status_code == 422


@pytest.mark.control("I2")
def test_a_large_body_is_413(caller: MakeCaller) -> None:
    me = caller()
    body = b'{"name": "' + b"a" * 10_000_000 + b'"}'
    assert me.post(PROBES, data=body, content_type=JSON).status_code == 413
    assert me.get(PROBES).json["probes"] == []


@pytest.mark.control("I2")
def test_a_body_that_ends_early_is_400_though_it_looks_whole(caller: MakeCaller) -> None:
    me = caller()
    sent = {"CONTENT_LENGTH": "100", "wsgi.input_terminated": True}  # as the server hands it over when the client goes
    assert me.post(PROBES, data=b'{"name": "a"}', content_type=JSON, environ_overrides=sent).status_code == 400
    assert me.get(PROBES).json["probes"] == []


@pytest.mark.control("I2")
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity", "gzip, gzip", "x"])
def test_an_encoded_body_is_415(caller: MakeCaller, coding: str) -> None:
    bomb = gzip.compress(b"0" * 1_000_000)
    assert caller().post(PROBES, data=bomb, content_type=JSON, headers={"Content-Encoding": coding}).status_code == 415


@pytest.mark.parametrize("kind", ["application/json; charset=utf-16", "application/vnd.api+json", "text/json", "json"])
def test_another_media_type_is_415(caller: MakeCaller, kind: str) -> None:
    assert caller().post(PROBES, data=b'{"name": "a"}', content_type=kind).status_code == 415


@pytest.mark.control("I5")
@pytest.mark.parametrize("query", ["limit=1&limit=9", "q=a&q=a", "limit=1&cursor=x&limit=1", "a=1&a=2"])
def test_a_query_parameter_that_stands_twice_is_400(caller: MakeCaller, query: str) -> None:
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
def test_a_query_of_the_wrong_form_is_400(caller: MakeCaller, query: str) -> None:
    refused = caller().get(f"{PROBES}?{query}")
    assert refused.status_code == 400
    assert refused.mimetype == "application/problem+json"


def test_an_endpoint_that_takes_no_query_refuses_one(caller: MakeCaller) -> None:
    assert caller().get("/api/v1/me?verbose=1").status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/probes/%00", "/api/v1/probes/a%00b", "/%00"])
def test_nul_in_a_path_is_400(caller: MakeCaller, path: str) -> None:
    assert caller().get(path).status_code == 400


HOSTILE = [
    "'; DROP TABLE probes; --",
    '" OR 1=1 --',
    "100%",
    "_",
    "\\",
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "שלום عالم",
    "🦊🦊🦊",
    "e\u0301",
    "=1+1",
]


@pytest.mark.control("I4")
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_unchanged_and_is_found_as_it_stands(caller: MakeCaller, text: str) -> None:
    me = caller()
    me.post(PROBES, json={"name": "another"})
    made = me.post(PROBES, json={"name": text, "description": text})
    assert made.status_code == 201
    assert made.json["name"] == text
    assert me.get(made.headers["Location"]).json["description"] == text
    found = me.get(PROBES, query_string={"q": text}).json["probes"]
    assert [probe["name"] for probe in found] == [text]


def test_a_description_keeps_its_lines(caller: MakeCaller) -> None:
    text = "one\ntwo\r\n\tthree"
    assert caller().post(PROBES, json={"name": "a", "description": text}).json["description"] == text
