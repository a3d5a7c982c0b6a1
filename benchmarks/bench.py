"""Print the requests per second of the secured service as a fraction of bare Flask.

The default service with higher rate limits and the same endpoints in plain Flask (bare.py) run at
the same time: one granian worker each, the same libraries, certificate and SQLite settings. wrk
calls them alternately over HTTPS.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.rounds import interleaved
from tests.services import Service, bake, free_port, started
from tests.smoke import api_key

HERE = Path(__file__).parent
NO_LIMIT = "100000000/minute"
HIGH_LIMITS = {"APP_LIMITS_ADDRESS": NO_LIMIT, "APP_LIMITS_CALLER": NO_LIMIT}
CONNECTIONS = 16
# The service's defaults for its one worker.
THREADS = 8
BACKPRESSURE = 512
ENDPOINTS = ("GET /api/v1/me", "GET /api/v1/items/{id}", "POST /api/v1/items")


def main(rounds: int, seconds: int) -> None:
    """Render the service, start both, measure and print."""
    if shutil.which("wrk") is None:
        sys.exit("bench: wrk is not installed")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = bake(Path(name), {})
        with started(folder, HIGH_LIMITS) as service, plain(folder) as bare:
            key = {"X-API-Key": api_key.create(service, "items:read items:write")["key"]}
            subjects = {
                **{f"secured {call}": measure for call, measure in calls(service, key, seconds)},
                **{f"bare {call}": measure for call, measure in calls(bare, {}, seconds)},
            }
            found = interleaved(subjects, rounds)
    print(f"{'requests per second':24} {'bare':>8} {'secured':>8}   ratio")
    for call in ENDPOINTS:
        bare_speed, speed = found[f"bare {call}"], found[f"secured {call}"]
        print(f"{call:24} {bare_speed:8,.0f} {speed:8,.0f} {speed / bare_speed:7.2f}")


@contextmanager
def plain(folder: Path) -> Iterator[Service]:
    """Run bare.py in the same way as the service."""
    port, certs = free_port(), folder / "certs"
    command = (
        *("granian", "--interface", "wsgi", "--workers", "1", "--no-ws"),
        *("--workers-kill-timeout", "2"),
        *("--blocking-threads", str(THREADS), "--backpressure", str(BACKPRESSURE)),
        *("--host", "127.0.0.1", "--port", str(port), "--working-dir", str(HERE)),
        *("--ssl-protocol-min", "tls1.2", "--ssl-certificate", str(certs / "server.pem")),
        *("--ssl-keyfile", str(certs / "server-key.pem"), "bare:app"),
    )
    settings = {
        "APP_SERVER_PORT": str(port),
        "BARE_DATABASE_URL": f"sqlite:///{folder / 'bare.db'}",
    }
    with started(folder, settings, command, ready="/api/v1/me") as service:
        yield service


def calls(
    service: Service, credential: Mapping[str, str], seconds: int
) -> Iterator[tuple[str, Callable[[], float]]]:
    """Yield each endpoint with a function that returns its requests per second."""
    with service.client(credential) as client:
        item = client.post("/api/v1/items", json={"name": "Earl Grey", "price": 4.5}).json()
    for call in ENDPOINTS:
        method, path = call.format(id=item["id"]).split()
        yield call, partial(wrk, service.url + path, method, credential, seconds)


def wrk(url: str, method: str, headers: Mapping[str, str], seconds: int) -> float:
    """Return the requests per second; raises RuntimeError if a request failed."""
    printed = subprocess.run(
        [
            *("wrk", "--threads", "1", "--connections", str(CONNECTIONS)),
            *("--duration", f"{seconds}s"),
            *(f"--header={name}: {value}" for name, value in headers.items()),
            *(("--script", str(HERE / "post.lua")) if method == "POST" else ()),
            url,
        ],
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout
    if "Non-2xx" in printed or "Socket errors" in printed:
        raise RuntimeError(printed)
    speed = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if speed is None:
        raise RuntimeError(printed)
    return float(speed[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3, help="for each measurement")
    arguments = parser.parse_args()
    main(arguments.rounds, arguments.seconds)
