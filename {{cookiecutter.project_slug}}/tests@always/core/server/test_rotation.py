"""The metrics token and the certificate are replaced while the service runs, without a failed request."""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe
from threading import get_ident

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dev import certificates
from tests.core.live_server import Served, serving
from tests.core.load import Call, load, once, reload, reloads

MakeApp = Callable[..., Flask]
COUNTER = b'http_requests_total{method="GET",route="/api/v1/me",status="200"} '
# Two workers of an even and two of an odd number of reloads; after the second reload, only the even ones run.
FILES = {f"{kind}_{number}-{reload}" for kind in ("counter", "histogram") for number in (0, 1) for reload in (0, 1)}
FILES.add("running")  # locked by the server
FILES |= {f"gauge_livemostrecent_{number}-0" for number in (0, 1)}


def metrics(token: str) -> Call:
    """Return the request of a scrape."""
    return Call("/metrics", lambda: {"Authorization": f"Bearer {token}"})


def status(served: Served, token: str) -> int:
    """Return the status of a scrape with this token."""
    return once(served, metrics(token))[0]


def certificate_of(served: Served) -> bytes | None:
    """Return the certificate that a process serves."""
    with served.connect() as connection:
        return connection.getpeercert(binary_form=True)


def wait_for_count(served: Served, scrape: Call, expected: int) -> None:
    """Wait until a scrape reports this number of requests, which a worker counts after it has sent its response."""
    counted, deadline = "", time.monotonic() + 10
    while float(counted or 0) != expected:
        assert time.monotonic() < deadline, f"{counted} requests instead of {expected}"
        counted = once(served, scrape)[1].decode().partition(COUNTER.decode())[2].partition("\n")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_the_metrics_token_and_the_certificate_are_replaced_without_a_failed_request(
    environ: dict[str, str],
    certificate: Path,
    make_app: MakeApp,
    caller: Callable[..., FlaskClient],
    tmp_path: Path,
) -> None:
    headers = caller(app=make_app()).headers  # type: ignore[attr-defined]
    certs, secret = tmp_path / "certs", tmp_path / "metrics_token"
    shutil.copytree(certificate, certs)
    old, new = environ.pop("APP_METRICS_TOKEN"), token_urlsafe(32)
    secret.write_text(old)
    environ |= {
        "APP_METRICS_TOKEN_FILE": str(secret),
        "APP_SERVER_CERTIFICATE": str(certs / "server.pem"),
        "APP_SERVER_CERTIFICATE_KEY": str(certs / "server-key.pem"),
        "APP_ENVIRONMENT": "development",  # in which several workers may count in memory
        "APP_SERVER_WORKERS": "2",
        "APP_LIMITS_CALLER": "1000000/minute",
        "APP_LIMITS_ADDRESS": "1000000/minute",
    }
    ca = certs / "ca.pem"
    metrics_server = serving(environ, tmp_path, ca, command="metrics serve")
    with serving(environ, tmp_path, ca) as served, metrics_server as internal:
        scraper, used = {"token": old}, dict[int, str]()

        def authorization() -> dict[str, str]:
            used[get_ident()] = scraper["token"]
            return {"Authorization": f"Bearer {used[get_ident()]}"}

        scrape = Call("/metrics", authorization, expected=COUNTER)
        first = certificate_of(served)
        me = Call("/api/v1/me", lambda: headers)
        assert once(served, me)[0] == 200
        while COUNTER not in once(internal, scrape)[1]:
            time.sleep(0.05)
        with load(served, me, scrape) as sent, load(internal, scrape):
            secret.write_text(f"{old}\n{new}\n")
            (certs / "server.pem").unlink()
            certificates.create(certs)
            assert reload(served, internal) == ["APP_METRICS_TOKEN_PREVIOUS", "the certificate"]
            scraper["token"] = new
            once(internal, scrape)
            while old in used.values():  # a request with it may be in progress
                time.sleep(0.05)
            secret.write_text(f"{new}\n")
            assert reload(served, internal) == ["APP_METRICS_TOKEN", "APP_METRICS_TOKEN_PREVIOUS"]
        wait_for_count(internal, scrape, 1 + sent.count(me.path))
        folder = Path(environ["APP_SETTINGS"]).parent / "var" / "metrics"
        assert {file.stem for file in folder.iterdir()} == FILES, "the number of files stays constant"
        for process in (served, internal):
            assert status(process, old) == 401
            assert certificate_of(process) != first
        secret.write_text("weak")
        reload(served, internal)
        assert "remain in use" in str(reloads(served)[-1])
        assert [status(process, new) for process in (served, internal)] == [200, 200]
        for line in (old, new):
            assert line not in served.output.read_text() + internal.output.read_text()
