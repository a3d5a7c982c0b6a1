"""An origin in the answer for CORS is rejected unless it is written as browsers send it."""

import pytest

from tests.answers.errors import errors_of
from tests.template import hook


@pytest.mark.parametrize(
    ("origin", "rule"),
    [
        ("*", "wildcard"),
        ("https://*.acme.example", "wildcard"),
        ("null", "null"),
        *(
            (o, "as browsers send it")
            for o in ("acme.example", "https://", "//acme.example", "https:acme")
        ),
        *(
            (o, "as browsers send it")
            for o in ("https://acme.example/", "https://acme.example/api")
        ),
        *((o, "as browsers send it") for o in ("https://acme.example?x", "https://acme.example#x")),
        *(
            (o, "as browsers send it")
            for o in ("https://me@acme.example", "https://me:pw@acme.example")
        ),
        *(
            (o, "as browsers send it")
            for o in ("ftp://acme.example", "file:///etc", "chrome-extension://a")
        ),
        *(
            (o, "as browsers send it")
            for o in ("htps://acme.example", "httpss://acme.example", "ttp://localhost")
        ),
        *(
            (o, "as browsers send it")
            for o in ("capacitor://", "capacitor://localhost/", "capacitor://a@localhost", "app:a")
        ),
        *(
            (o, "as browsers send it")
            for o in (f"chrome-extension://{'z' * 32}", "moz-extension://a", "wss://acme.example")
        ),
        ("tauri://*", "wildcard"),
        *((o, "as browsers send it") for o in ("HTTPS://acme.example", "https://Acme.example")),
        *((o, "as browsers send it") for o in ("https://größe.example", "https://a_b.example")),
        *(
            (o, "as browsers send it")
            for o in ("https://acme.example:", "https://acme.example:x", "")
        ),
        *((o, "as browsers send it") for o in ("https://a b.example", "https://acme.example:-1")),
        *(
            (o, "name a host")
            for o in ("https://-a.example", "https://a-.example", "https://a..example")
        ),
        *(
            (o, "name a host")
            for o in ("https://acme.example.", "https://.example", f"https://{'a' * 64}.example")
        ),
        *(
            (o, "name a host")
            for o in ("https://1.2.3", "https://1.2.3.256", "https://01.2.3.4", "https://0x7f.1")
        ),
        *(
            (o, "name a host")
            for o in ("https://[::1", "https://[1::0:0:1]", "https://[0:0::1]", "https://[1.2.3.4]")
        ),
        *((o, "1 to 65535") for o in ("https://acme.example:0", "https://acme.example:65536")),
        *(
            (o, "1 to 65535")
            for o in ("https://acme.example:0443", f"https://acme.example:{'9' * 99}")
        ),
        ("https://acme.example:443", "default port"),
        ("http://localhost:80", "default port"),
        *(
            (o, "must be https")
            for o in (
                "http://acme.example",
                "http://127.0.0.2",
                "http://localhost.example",
                "http://172.32.0.1",
                "http://192.0.2.7",
                "http://[2001:db8::7]",
                "http://test",
                "http://shop.test.example",
            )
        ),
        ("https://a.example,https://a.example", "twice"),
        ("https://a.example,,https://b.example", "as browsers send it"),
        ("https://a.example,", "as browsers send it"),
        ("https://a.example;https://b.example", "as browsers send it"),
        (",".join(f"https://a{n}.example" for n in range(200)), "must have at most"),
    ],
)
def test_invalid_origins_are_rejected(origin: str, rule: str) -> None:
    """Only scheme, host and port are valid, exactly as browsers send them."""
    found = errors_of("cors_origins", origin)
    if origin == "https://[::1":
        rule = "as browsers send it"
    if origin:
        ((named, value, given),) = found
        assert (named, value) == ("cors_origins", origin)
        assert rule in given
    else:
        assert found == []


@pytest.mark.parametrize(
    "origins",
    [
        "",
        " ",
        "https://localhost:3000",
        "http://localhost:5173,http://127.0.0.1:5173, http://[::1]:5173",
        "http://localhost",
        "https://acme.example, https://app.acme.example:8443",
        "https://xn--gre-6ka8i.example",
        "https://192.0.2.7:65535",
        "https://[2001:db8::7]",
        "https://server1",
        "http://localhost:443",
        "capacitor://localhost, ionic://localhost, tauri://localhost, https://tauri.localhost",
        "http://tauri.localhost, app://obsidian.md, capacitor-electron://-, com.acme.app://home",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "moz-extension://3c4b7a3e-5f3a-4f0b-9d0e-0a1b2c3d4e5f",
        "safari-web-extension://E5E7B5D3-0A1B-4C2D-8E3F-4A5B6C7D8E9F",
        "http://10.1.2.3:3000, http://172.31.0.1, http://192.168.1.20:8080, http://169.254.1.1",
        "http://[fd00::7]:3000, http://[fe80::1]",
        "http://shop.test, http://nas.local:8080",
    ],
)
def test_origins_are_accepted(origins: str) -> None:
    """None, one or several, with blanks after the commas."""
    assert errors_of("cors_origins", origins) == []


def test_every_invalid_origin_is_reported() -> None:
    """With its own rule; a valid one is not."""
    origins = "https://*.example, https://acme.example, null, https://acme.example"
    rules = hook("pre_gen_project", {}).check_origins(origins)
    assert rules == (
        '"https://*.example" must not be a wildcard; list each origin; '
        '"null" must not be null, which any sandboxed page can send; '
        '"https://acme.example" must not be listed twice'
    )
