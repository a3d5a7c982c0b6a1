"""The metrics of several workers, from ``/metrics`` and from ``flask metrics serve``."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE
from types import ModuleType, SimpleNamespace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import Counter
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from werkzeug.test import Client

from tests.core.live_server import HOST, ROOT, Served, free_port, serving

MakeApp = Callable[..., Flask]
# Creates an application, and sends a request to it in this process and in one that is forked from it.
FORK = """
import os
from tests.core.service import create_app
client = create_app().test_client()
child = os.fork()
assert client.get("/healthz", base_url="https://localhost").status_code == 200
if child:
    os.waitpid(child, 0)
os.write(1, b"pid %d\\n" % os.getpid())
"""
MakeCaller = Callable[..., FlaskClient]


def scrape(address: str, served: Served, headers: Mapping[str, str]) -> str:
    """Return the body of a response."""
    with urlopen(Request(address, headers=dict(headers)), context=served.trusting(), timeout=10) as response:  # noqa: S310
        return str(response.read().decode())


@pytest.mark.skipif(os.name == "nt", reason="the server has one worker on Windows")
def test_the_metrics_sum_up_all_workers_since_the_last_start(
    environ: dict[str, str], certificate: Path, make_app: MakeApp, caller: MakeCaller
) -> None:
    two_workers = {**environ, "APP_ENVIRONMENT": "development", "APP_SERVER_WORKERS": "2"}
    folder = Path(environ["APP_SETTINGS"]).parent
    leave_metrics_of_an_earlier_start(folder / "var" / "metrics")
    admin = caller("admin", app=make_app()).headers  # type: ignore[attr-defined]
    token = {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}
    health = 'http_requests_total{method="GET",route="/healthz",status="200"}'
    with metrics_server(two_workers) as internal:
        with serving(two_workers, folder, certificate / "ca.pem") as served:
            own = f"https://localhost:{served.port}"
            for _ in range(40):
                served.send("GET /healthz HTTP/1.1", "Host: localhost", "Connection: close")
            for _ in range(7):
                served.send("GET /api/v1/me HTTP/1.1", "Host: localhost", "Connection: close")
            assert '"rejected_requests":7' in scrape(f"{own}/api/v1/admin/stats", served, admin)
            assert len(list((folder / "var" / "metrics").glob("counter_*.db"))) == 2
            for address in [f"{own}/metrics"] * 5 + [internal]:
                assert f"{health} 40.0\n" in scrape(address, served, token)
            assert 'dependency_up{dependency="database"} 1.0\n' in scrape(internal, served, token)
            assert "server_up 1.0\n" in scrape(internal, served, token)
            for address, status in ((internal, 401), (f"{internal}/x", 404)):
                with pytest.raises(HTTPError) as rejected:
                    scrape(address, served, {"Authorization": "Bearer x"})
                assert rejected.value.code == status
                rejected.value.close()
        assert "server_up 0.0\n" in scrape(internal, served, token)


def test_a_scrape_of_the_internal_port_during_a_reload_returns_the_counts_of_the_workers(
    make_app: MakeApp, service: ModuleType, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_metrics_of_an_earlier_start(Path(environ["APP_SETTINGS"]).parent / "var" / "metrics")
    app = make_app()
    client = Client(service.core.commands.metrics.application(app))
    scraped = []

    def create_app() -> Flask:
        scraped.append(client.get("/metrics", headers={"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}))
        return app

    reload = service.core.server.reload
    monkeypatch.setattr(reload, "import_module", lambda _name: SimpleNamespace(create_app=create_app))
    assert reload.Reload(app).read()
    assert 'http_requests_total{method="GET",route="/healthz",status="200"} 1000.0\n' in scraped[0].text


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such lock")
def test_a_scrape_of_the_internal_port_reports_a_killed_server(
    make_app: MakeApp, service: ModuleType, environ: dict[str, str]
) -> None:
    folder = Path(environ["APP_SETTINGS"]).parent / "var" / "metrics"
    folder.mkdir(parents=True)
    client = Client(service.core.commands.metrics.application(make_app()))
    token = {"Authorization": f"Bearer {environ['APP_METRICS_TOKEN']}"}
    code = (
        f"from {service.__name__}.core.observability import metrics\n"
        f"file = metrics.lock(metrics.Path({str(folder)!r}))\n"
        "print(flush=True)\n"
        "input()\n"
    )
    for _ in range(2):
        assert "server_up 0.0\n" in client.get("/metrics", headers=token).text
        with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=PIPE, stdout=PIPE) as server:
            assert server.stdout is not None
            server.stdout.readline()
            assert "server_up 1.0\n" in client.get("/metrics", headers=token).text
            server.kill()


def leave_metrics_of_an_earlier_start(folder: Path) -> None:
    """Write a file as a worker of an earlier start leaves it."""
    folder.mkdir(parents=True)
    counter = Counter("http_requests", "", ["method", "route", "status"], registry=None)
    key = mmap_key(counter._name, f"{counter._name}_total", counter._labelnames, ("GET", "/healthz", "200"), "")
    with closing(MmapedDict(str(folder / "counter_1.db"))) as file:
        file.write_value(key, 1000.0, 0.0)


@contextmanager
def metrics_server(environ: Mapping[str, str]) -> Iterator[str]:
    """Run ``flask metrics serve`` and yield its address."""
    port = free_port()
    internal = subprocess.Popen(
        [sys.executable, "-m", "flask", "metrics", "serve"],
        cwd=ROOT,
        env={**environ, "APP_METRICS_PORT": str(port)},
        stderr=subprocess.PIPE,
    )
    assert internal.stderr is not None
    with internal.stderr:
        try:
            assert b"Metrics on https://127.0.0.1" in internal.stderr.readline()
            yield f"https://{HOST}:{port}/metrics"
        finally:
            internal.terminate()
            assert internal.wait(10) == 0


def test_the_internal_port_requires_a_token_in_the_settings(environ: dict[str, str], make_app: MakeApp) -> None:
    del environ["APP_METRICS_TOKEN"]
    result = make_app().test_cli_runner().invoke(args=["metrics", "serve"])
    assert result.exit_code == 1
    assert "APP_METRICS_TOKEN is missing" in result.output


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork")
def test_a_worker_that_is_forked_from_a_loaded_application_counts_in_files_of_its_own(
    environ: dict[str, str], tmp_path: Path
) -> None:
    environ |= {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "APP_ENVIRONMENT": "development"}
    done = subprocess.run(
        [sys.executable, "-c", FORK], cwd=ROOT, env={**os.environ, **environ}, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    ids = re.findall(r"^pid (\d+)$", done.stdout.decode(), re.MULTILINE)
    assert len(set(ids)) == 2
    assert {path.stem.partition("_")[2] for path in tmp_path.glob("counter_*.db")} == set(ids)
