"""Three instances of one service behind Caddy, with real servers.

The first one is connected to PostgreSQL, the others through PgBouncer in transaction mode.
"""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.deployment.instances import Cluster, Instance
from tests.deployment.postgresql import pgbouncer, postgresql
from tests.deployment.proxies import caddy
from tests.services import UV, free_port, import_test_module


@contextmanager
def serving(service: Path, settings: Mapping[str, str]) -> Iterator[Cluster]:
    """Start the servers and the instances; two of them migrate the database at the same time."""
    with ExitStack() as running:
        database = running.enter_context(postgresql(service))
        pooler = running.enter_context(pgbouncer(service, database))
        limiter = import_test_module(service, "limiter_storage").serving()
        shared = {**settings, "APP_LIMITER_URI": running.enter_context(limiter)}
        direct = shared | {"APP_DATABASE_URL": database.url}
        pooled = shared | {"APP_DATABASE_URL": pooler, "APP_DATABASE_POOLER": "true"}
        instances = [Instance(service, own, free_port()) for own in (direct, pooled, pooled)]
        running.callback(lambda: [instance.stop() for instance in instances])
        migrate(instances[:2])
        for instance in instances:
            instance.wait_until_ready()
        folder = service.with_name("caddy")
        folder.mkdir()
        upstreams = " ".join(f"127.0.0.1:{instance.port}" for instance in instances)
        proxy = running.enter_context(caddy(service, upstreams, folder))
        yield Cluster(instances, proxy, database)


def migrate(instances: list[Instance]) -> None:
    """Upgrade the database with several processes at once; no one fails."""
    command = [UV, "run", "--quiet", "python", "-m", "flask", "db", "upgrade"]
    processes = [
        subprocess.Popen(command, cwd=each.folder, env=each.environment, stderr=subprocess.PIPE)
        for each in instances
    ]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
