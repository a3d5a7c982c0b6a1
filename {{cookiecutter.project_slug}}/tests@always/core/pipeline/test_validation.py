"""Bodies: an invalid one is rejected with a precise error and not stored, a valid one is stored unchanged."""

import gzip
import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

PROBES = "/api/v1/probes"
MakeCaller = Callable[..., FlaskClient]
JSON = "application/json"

MALFORMED = {
    "empty": b"",
    "truncated": b'{"name": ',
    "two values": b"{} {}",
    "duplicate key": b'{"name": "a", "name": "b"}',
    "duplicate key inside": b'{"name": "a", "x": {"y": 1, "y": 2}}',
    "NaN": b'{"name": "a", "price": NaN}',
    "infinity": b'{"name": "a", "price": -Infinity}',
    "a number that exceeds a double": b'{"name": "a", "price": 1e999}',
    "a number with many digits": b'{"name": "a", "price": ' + b"9" * 5000 + b"}",
    "an integer that exceeds a double": b'{"name": "a", "price": ' + b"9" * 400 + b"}",
    "a name with an unpaired surrogate": rb'{"name": "a", "\ud800": 1}',
    "a string with an unpaired surrogate": rb'{"name": "a\ud800"}',
    "a byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "UTF-32": '{"name": "a"}'.encode("utf-32"),
    "invalid UTF-8": b'{"name": "\xff"}',
    "overlong UTF-8": b'{"name": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "deep arrays": b"[" * 30_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "many names": json.dumps({f"k{i}": 1 for i in range(1500)}).encode(),
    "a raw control character": b'{"name": "a\x01"}',
    "a raw NUL": b'{"name": "a\x00"}',
    "single quotes": b"{'name': 'a'}",
    "a comment": b'{"name": "a"} // c',
    "gzip": gzip.compress(b'{"name": "a"}'),
}


@pytest.mark.control("I1", "I2")
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_body_that_is_not_strict_json_is_400(caller: MakeCaller, body: bytes) -> None:
    me = caller()
    rejected = me.post(PROBES, data=body, content_type=JSON)
    assert rejected.status_code == 400
    assert rejected.mimetype == "application/problem+json"
    assert me.get(PROBES).json["probes"] == []


@pytest.mark.control("I2")
def test_an_unterminated_string_is_scanned_once(caller: MakeCaller) -> None:
    """The string extends to the end of the body. A new scan from each quote in it would take seconds."""
    unterminated = rb'{"name": "' + rb"\"" * 1000 + b"[" * 17
    rejected = caller().post(PROBES, data=unterminated, content_type=JSON)
    assert rejected.status_code == 400
    assert rejected.json["detail"].startswith("The body is not JSON: line 1, column 10")


INVALID = {
    "a list": ([], "#"),
    "a string": ("x", "#"),
    "null": (None, "#"),
    "an empty object": ({}, "#/name"),
    "an empty name": ({"name": ""}, "#/name"),
    "a blank name": ({"name": "   "}, "#/name"),
    "a zero-width space": ({"name": "\u200b"}, "#/name"),
    "a language tag": ({"name": "\U000e0001"}, "#/name"),
    "a word joiner and a blank": ({"name": "\u2060 "}, "#/name"),
    "a Hangul filler": ({"name": "\u3164"}, "#/name"),
    "an empty Braille pattern": ({"name": "\u2800"}, "#/name"),
    "a variation selector": ({"name": "\ufe0f"}, "#/name"),
    "a number as name": ({"name": 7}, "#/name"),
    "null as name": ({"name": None}, "#/name"),
    "a list as name": ({"name": ["x"]}, "#/name"),
    "a long name": ({"name": "x" * 101}, "#/name"),
    "two lines": ({"name": "a\nb"}, "#/name"),
    "NUL": ({"name": "a\0b"}, "#/name"),
    "a C1 control character": ({"name": "a\u0085b"}, "#/name"),
    "a line separator": ({"name": "a\u2028b"}, "#/name"),
    "a noncharacter": ({"name": "a\uffff"}, "#/name"),
    "NUL in the description": ({"name": "a", "description": "\0"}, "#/description"),
    "a long description": ({"name": "a", "description": "x" * 2001}, "#/description"),
    "a string as price": ({"name": "a", "price": "3"}, "#/price"),
    "a boolean as price": ({"name": "a", "price": True}, "#/price"),
    "a negative price": ({"name": "a", "price": -1}, "#/price"),
    "a price above the maximum": ({"name": "a", "price": 1e9 + 1}, "#/price"),
    "a long integer": ({"name": "a", "price": 10**300}, "#/price"),
    "an unknown field": ({"name": "a", "colour": "red"}, "#/colour"),
    "a field with a slash": ({"name": "a", "a/b~c": 1}, "#/a~1b~0c"),
}


@pytest.mark.control("I3")
@pytest.mark.parametrize(("body", "pointer"), INVALID.values(), ids=INVALID)
def test_an_invalid_field_is_422_with_its_json_pointer(caller: MakeCaller, body: object, pointer: str) -> None:
    me = caller()
    rejected = me.post(PROBES, data=json.dumps(body), content_type=JSON)
    assert rejected.status_code == 422
    assert pointer in [error["pointer"] for error in rejected.json["errors"]]
    assert all(error["detail"] for error in rejected.json["errors"])
    assert me.get(PROBES).json["probes"] == []


@pytest.mark.control("H3")
def test_a_long_name_from_the_client_is_cut_in_the_response(caller: MakeCaller) -> None:
    me, name = caller(), "x" * 60_000
    rejected = me.post(PROBES, json={"name": "a", name: 1})
    assert rejected.json["errors"] == [{"pointer": f"#/{name[:64]}...", "detail": "Unknown field."}]
    for query in (f"{name}=1", f"{name}=1&{name}=2"):
        rejected = me.get(f"{PROBES}?{query}")
        assert rejected.status_code == 400
        assert rejected.json["errors"][0]["parameter"] == f"{name[:64]}..."
    assert len(me.get("/" + "\u00fc" * 5_000).data) < 4096


@pytest.mark.control("Z2")
@pytest.mark.parametrize("field", ["id", "owner", "role", "is_admin", "scopes", "created_at", "updated_at", "version"])
def test_a_field_that_the_service_decides_cannot_be_assigned(caller: MakeCaller, field: str) -> None:
    me = caller()
    assert me.post(PROBES, json={"name": "a", field: "x"}).status_code == 422
    path = me.post(PROBES, json={"name": "a"}).headers["Location"]
    assert me.patch(path, json={field: "x"}).status_code == 422


@pytest.mark.control("I2")
def test_a_large_body_is_413(caller: MakeCaller) -> None:
    me = caller()
    body = b'{"name": "' + b"a" * 10_000_000 + b'"}'
    assert me.post(PROBES, data=body, content_type=JSON).status_code == 413
    assert me.get(PROBES).json["probes"] == []


@pytest.mark.control("I2")
def test_a_body_that_ends_early_is_400_although_it_is_valid_json(caller: MakeCaller) -> None:
    me = caller()
    sent = {"CONTENT_LENGTH": "100", "wsgi.input_terminated": True}  # what granian passes on if a client disconnects
    assert me.post(PROBES, data=b'{"name": "a"}', content_type=JSON, environ_overrides=sent).status_code == 400
    assert me.get(PROBES).json["probes"] == []


@pytest.mark.parametrize("zero", ["-0", "-0.0", "-0e3", "0"])
def test_negative_zero_is_returned_as_zero(caller: MakeCaller, zero: str) -> None:
    created = caller().post(PROBES, data=f'{{"name": "a", "price": {zero}}}', content_type=JSON)
    assert str(created.json["price"]) == "0.0"


@pytest.mark.parametrize("name", ["\u200ba", "a\u200d", "\U0001f468\u200d\U0001f469", "\u2764\ufe0f", "\u05d0\u200f"])
def test_a_name_may_contain_invisible_characters_next_to_visible_ones(caller: MakeCaller, name: str) -> None:
    assert caller().post(PROBES, json={"name": name}).json["name"] == name


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
def test_hostile_text_is_stored_unchanged_and_matched_literally(caller: MakeCaller, text: str) -> None:
    me = caller()
    me.post(PROBES, json={"name": "another"})
    created = me.post(PROBES, json={"name": text, "description": text})
    assert created.status_code == 201
    assert created.json["name"] == text
    assert me.get(created.headers["Location"]).json["description"] == text
    found = me.get(PROBES, query_string={"q": text}).json["probes"]
    assert [probe["name"] for probe in found] == [text]


def test_a_description_keeps_its_line_breaks(caller: MakeCaller) -> None:
    text = "one\ntwo\r\n\tthree"
    assert caller().post(PROBES, json={"name": "a", "description": text}).json["description"] == text
