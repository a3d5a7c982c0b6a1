"""A URL of the limiter storage prevents startup if the client would ignore or misread a part of it."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("://HOST/notanumber", "number of a database"),
        ("://HOST/0/1", "number of a database"),
        ("://HOST/-1", "number of a database"),
        ("://HOST/0#x", "write %23"),
        ("://HOST?db=x", "option: invalid value for ['`]db['`]"),
        ("://HOST?timeout=1", "option: unexpected .* 'timeout'"),
        ("://HOST?ssl=true", "option: unexpected .* 'ssl'"),
        ("s://HOST?ssl_cert_reqs=bogus", "option: .* bogus"),
        ("s://HOST?ssl_ca_certs=/nowhere/ca.pem", "ssl_ca_certs=/nowhere/ca.pem does not exist"),
        ("://", "the URL of a socket has the form"),
        (":///0", "the URL of a socket has the form"),
        (":///run/limiter.sock", "the URL of a socket has the form"),
        ("+unix://HOST/limiter.sock", "the URL of a socket has the form"),
        ("+sentinel://HOST", "must end with /NAME"),
        ("+sentinel://HOST/", "must end with /NAME"),
        ("+sentinel://HOST/ours/0", "must end with /NAME"),
        ("+sentinel://HOST/ours?db=1", "unknown options: db"),
        ("+cluster://HOST/1", "another database"),
        ("+cluster://HOST?ssl_cert_reqs=none", "unknown options: ssl_cert_reqs"),
        ("+cluster://HOST?ssl=false", "ssl=true"),
        ("+cluster://HOST/0\n?ssl=true", "line end"),
    ],
)
def test_a_url_that_can_never_work_prevents_startup(
    make_app: MakeApp, service: ModuleType, rest: str, reason: str
) -> None:
    url = service.core.settings.limiter.BACKEND + rest.replace("HOST", "service:geheim@localhost:6379")
    with pytest.raises(service.core.settings.ConfigurationError, match=f"(?i)APP_LIMITER_URI.*: .*{reason}") as error:
        make_app(limiter_uri=url)
    assert "geheim" not in error.value.message


@pytest.mark.parametrize(
    "rest",
    [
        "://service:ge%40heim@localhost:6379/15",
        "://localhost/",
        "://localhost:6379?db=2&protocol=3&socket_timeout=0.5",
        "s://localhost:6380/0?ssl_ca_certs=CA",
        "+unix:///run/limiter.sock?db=1",
        "+sentinel://:geheim@one:26379,two:26379/ours.1?sentinel_username=a&sentinel_password=&ssl=true&ssl_ca_certs=CA",
        "+cluster://one:6379,two:6379/0?ssl=true&ssl_ca_certs=CA",
    ],
)
def test_what_the_client_supports_is_accepted(service: ModuleType, tmp_path: Path, rest: str) -> None:
    (tmp_path / "ca.pem").touch()
    url = service.core.settings.limiter.BACKEND + rest.replace("CA", str(tmp_path / "ca.pem"))
    field = service.core.settings.core.Settings.__dataclass_fields__["limiter_uri"].metadata["field"]
    assert field.deserialize(url) == url
