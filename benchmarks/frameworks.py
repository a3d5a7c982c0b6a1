"""Print the requests per second of the secured service and of the same API in other frameworks.

Each framework has equal features (see peers/), one worker, HTTPS with the same certificate and a
SQLite file with the same table. wrk calls them alternately. The limiter storage is memory; two
subjects are also measured with Redis.
"""

import json
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

from benchmarks import plot, report, wrk
from benchmarks.rounds import Measured, interleaved
from benchmarks.targets import CALLS, HERE, Target, bare, checked, granian_tls, secured, threads
from tests.services import Service, free_port, started
from tests.template import TEMPLATE

ORIGIN = "https://app.example"
DEFAULTS = {
    "PEER_ORIGINS": json.dumps([ORIGIN]),
    "PEER_ADDRESS_LIMIT": "100000000",
    "PEER_CALLER_LIMIT": "100000000",
    "PEER_LIMITER_URI": "memory://",
}
BARE, SERVICE, REDIS = "bare Flask", "this service", ", Redis"
SERVICE_REDIS = f"{SERVICE}{REDIS}"
# Each framework's server and application.
PEERS = {
    "FastAPI on uvicorn": ("uvicorn", "fastapi_app:app"),
    "FastAPI on granian": ("asgi", "fastapi_app:app"),
    "Litestar on granian": ("asgi", "litestar_app:app"),
    "Django REST framework": ("wsgi", "django_app.wsgi:application"),
    "Django Ninja": ("wsgi", "django_app.wsgi:application"),
}
REDIS_PEERS = {
    f"{name}{REDIS}": PEERS[name] for name in ("FastAPI on uvicorn", "FastAPI on granian")
}
URLS = {"Django REST framework": "rest", "Django Ninja": "ninja_api"}


def main(rounds: int, seconds: float, results: Path, peers: Sequence[str]) -> None:
    """Measure, print a line for each subject, and write the section of the report and the plot."""
    wrk.require()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as running:
        folder = Path(name)
        service, _ = running.enter_context(secured(folder / "memory", {}))
        targets = {
            BARE: running.enter_context(bare(service, f"sqlite:///{folder / 'bare.db'}")),
            SERVICE: service,
            **{peer: running.enter_context(measured_peer(peer, service.server)) for peer in peers},
        }
        with_redis = [peer for peer in REDIS_PEERS if peer.removesuffix(REDIS) in peers]
        if with_redis:
            answers = {"limiter_backend": "redis"}
            targets[SERVICE_REDIS], addresses = running.enter_context(
                secured(folder / "redis", answers)
            )
            storage = {"PEER_LIMITER_URI": addresses["APP_LIMITER_URI"]}
        for peer in with_redis:
            targets[peer] = running.enter_context(measured_peer(peer, service.server, storage))
        subjects = {
            f"{call} {subject}": target.measure(call, seconds)
            for call in CALLS
            for subject, target in targets.items()
        }
        found = interleaved(subjects, rounds)
        software = report.versions(service.server.folder, "granian", "Flask")
    speeds = {subject: [found[f"{call} {subject}"] for call in CALLS] for subject in targets}
    method = (
        f"{report.method(rounds, seconds, wrk.CONNECTIONS)} Requests per second; in brackets "
        "how many times faster this service is, with the same limiter storage."
    )
    shown = table(speeds)
    print(shown)
    report.write(results, "bench-peers", [report.conditions(method, software), shown])
    plot.write(
        results.with_suffix(".svg"),
        CALLS,
        {subject: [measured.median for measured in values] for subject, values in speeds.items()},
        highlighted=(SERVICE, SERVICE_REDIS),
    )


def table(speeds: Mapping[str, list[Measured]]) -> str:
    """Return the table: each framework is compared with the service that has the same storage."""
    rows = []
    for subject, values in speeds.items():
        service = speeds[SERVICE_REDIS if subject.endswith(REDIS) else SERVICE]
        rows.append(
            (
                subject,
                *(
                    f"{value.median:,.0f} ({ours.median / value.median:.2f})"
                    for value, ours in zip(values, service, strict=True)
                ),
                max((value.spread for value in values), key=lambda text: float(text[:-1])),
            )
        )
    return report.table(("", *(f"`{call}`" for call in CALLS), "highest spread"), rows)


@contextmanager
def measured_peer(
    peer: str, service: Service, settings: Mapping[str, str] | None = None
) -> Iterator[Target]:
    """Run a framework and yield it after its responses were checked."""
    with running_peer(peer, service.folder, threads(service), settings) as (server, key):
        yield checked(server, {"X-API-Key": key})


@contextmanager
def running_peer(
    peer: str, service: Path, threads: int, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[Service, str]]:
    """Run a framework with the certificate of a service; yield it with a key."""
    server, application = {**PEERS, **REDIS_PEERS}[peer]
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        database = Path(folder) / "peer.db"
        environment = {
            **DEFAULTS,
            **(settings or {}),
            "PEER_DATABASE": str(database),
            "PEER_API": URLS.get(peer, ""),
            "APP_SERVER_PORT": str(port),
        }
        key = create_database(database)
        command = (
            *("--project", str(TEMPLATE), "--isolated", "--only-group", "peers"),
            *serve(server, f"benchmarks.peers.{application}", service, port, threads),
        )
        with started(service, environment, command, ready="/metrics") as running:
            yield running, key


def serve(server: str, application: str, service: Path, port: int, threads: int) -> tuple[str, ...]:
    """Return the command of uvicorn or granian."""
    if server == "uvicorn":
        certs = service / "certs"
        return (
            *("uvicorn", "--app-dir", str(TEMPLATE), "--no-access-log", "--no-server-header"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--ssl-certfile", str(certs / "server.pem")),
            *("--ssl-keyfile", str(certs / "server-key.pem"), application),
        )
    return (
        *("granian", "--interface", server, "--working-dir", str(TEMPLATE), "--no-ws"),
        *(("--blocking-threads", str(threads)) if server == "wsgi" else ()),
        *("--workers-kill-timeout", "2", *granian_tls(service, port), application),
    )


def create_database(file: Path) -> str:
    """Create the tables and a key; return the key."""
    key = secrets.token_urlsafe(32)
    connection = sqlite3.connect(file)
    connection.executescript((HERE / "peers" / "schema.sql").read_text(encoding="utf-8"))
    row = (sha256(key.encode()).digest(), "someone", "items:read items:write")
    connection.execute("INSERT INTO keys VALUES (?, ?, ?)", row)
    connection.commit()
    connection.close()
    return key


if __name__ == "__main__":
    parser = report.arguments(__doc__, rounds=4, seconds=2)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS), metavar="NAME")
    given = parser.parse_args()
    main(given.rounds, given.seconds, given.results, given.peers)
