"""A service with SQLite on a file system that is full, and on one that cannot be written.

The tests mount file systems, which needs root; without it they are skipped, in CI too.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from secrets import token_urlsafe

import pytest

from tests.conftest import Bake
from tests.deployment.instances import Instance
from tests.programs import program
from tests.services import UV, free_port

pytestmark = [
    pytest.mark.install,
    pytest.mark.skipif(sys.platform != "linux", reason="mounts a file system"),
]
SIZE = 8  # MB
ITEMS = "/api/v1/items"
LONG = {"name": "lamp", "description": "x" * 2000}


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """Mount a file system in memory on a folder; skip without the right to do so."""
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder])
    if mount.returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def formatted(folder: Path) -> Iterator[Path]:
    """Mount a new ext4 file system in a file; skip without the right to do so."""
    image, disk = folder / "image", folder / "disk"
    with image.open("wb") as file:
        file.truncate(32 * 2**20)
    subprocess.run([program("mkfs.ext4", "/usr/sbin/mkfs.ext4"), "-q", "-F", image], check=True)
    disk.mkdir()
    if subprocess.run(["mount", "-o", "loop", image, disk]).returncode:
        pytest.skip("needs the right to mount a file system")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def settings(folder: Path) -> dict[str, str]:
    """Return the settings of a service with its files in this folder."""
    return {
        "APP_DATABASE_URL": f"sqlite:///{folder}/database",
        "APP_LOG_FORMAT": "json",
        "APP_METRICS_FOLDER": str(folder / "metrics"),
        "APP_METRICS_TOKEN": token_urlsafe(32),
        "APP_SERVER_TLS": "false",
        "APP_SERVER_TRUSTED_PROXIES": "1",
    }


@pytest.fixture(scope="module")
def service(bake: Bake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a service."""
    return Path(shutil.copytree(bake({}), tmp_path_factory.mktemp("disk") / "acme-api"))


def run(service: Path, settings: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the service."""
    return subprocess.run(
        [UV, "run", "--quiet", "python", "-m", "flask", *command],
        cwd=service,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )


def migrated_with_key(service: Path, given: dict[str, str]) -> str:
    """Create the database of a service, and return a key for its items."""
    assert run(service, given, "db", "upgrade").returncode == 0
    scopes = ("--name", "test", "--scopes", "items:read items:write", "--json")
    key: str = json.loads(run(service, given, "keys", "create", *scopes).stdout)["key"]
    return key


def test_on_a_full_disk_a_write_gets_503_and_nothing_is_lost_or_half_written(
    service: Path, tmp_path: Path
) -> None:
    """Everything that writes nothing is served, and writes are when there is space again."""
    with mounted(tmp_path / "disk", f"size={SIZE}m") as disk:
        given = settings(disk)
        key = migrated_with_key(service, given)
        instance = Instance(service, given, free_port())
        try:
            instance.wait_until_ready()
            with instance.client({"X-API-Key": key}) as client:
                created = [client.post(ITEMS, json=LONG).status_code]
                with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
                    while True:
                        filler.write(bytes(4096))
                created += [client.post(ITEMS, json=LONG).status_code for _ in range(40)]
                assert set(created) == {201, 503}
                assert client.post(ITEMS, json=LONG).headers["retry-after"] == "1"
                # Each of these is a new series of the metrics.
                assert client.get(ITEMS).status_code == 200
                assert client.put(ITEMS).status_code == 405
                assert client.get("/missing").status_code == 404
                assert client.get("/docs").status_code == 200
                assert client.get(ITEMS, headers={"X-API-Key": "x"}).status_code == 401
                assert client.get("/healthz").status_code == 200
                (disk / "filler").unlink()
                created.append(client.post(ITEMS, json=LONG).status_code)
                assert created[-1] == 201
                items = client.get(ITEMS, params={"limit": 100}).json()["items"]
            assert len(items) == created.count(201)
            assert "database or disk is full" in instance.log.read_text("utf-8")
        finally:
            assert instance.stop()
        with closing(sqlite3.connect(disk / "database")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_on_a_disk_that_becomes_read_only_a_write_gets_503_and_nothing_is_half_written(
    service: Path, tmp_path: Path
) -> None:
    """Everything else is served."""
    with formatted(tmp_path) as disk:
        given = settings(disk)
        key = migrated_with_key(service, given)
        instance = Instance(service, given, free_port())
        try:
            instance.wait_until_ready()
            with instance.client({"X-API-Key": key}) as client:
                assert client.post(ITEMS, json=LONG).status_code == 201
                os.sync()
                # Read-only while files are open, as after an error of the disk.
                subprocess.run(["mount", "-o", "remount,abort", disk], check=True)
                for _ in range(3):
                    rejected = client.post(ITEMS, json=LONG)
                    assert (rejected.status_code, rejected.headers["retry-after"]) == (503, "1")
                    assert len(client.get(ITEMS).json()["items"]) == 1
                    assert client.put(ITEMS).status_code == 405
                    assert client.get("/healthz").status_code == 200
                    assert client.get(ITEMS, headers={"X-API-Key": "x"}).status_code == 401
                # The alert ErrorRate reads this series.
                token = {"Authorization": f"Bearer {given['APP_METRICS_TOKEN']}"}
                metrics = client.get("/metrics", headers=token).text
                failed = f'{{method="POST",route="{ITEMS}",status="503"}} 3.0'
                assert f"http_requests_total{failed}" in metrics, metrics
            assert "the database is unavailable: disk I/O error" in instance.log.read_text("utf-8")
        finally:
            assert instance.stop()
        subprocess.run(["umount", disk], check=True)
        subprocess.run(["mount", "-o", "loop", tmp_path / "image", disk], check=True)
        with closing(sqlite3.connect(disk / "database")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("SELECT count(*) FROM items").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("options", "error"),
    [("size=1m", "No space left on device"), ("ro", "Read-only file system")],
    ids=["full", "read-only"],
)
def test_the_service_does_not_start_if_it_cannot_write_its_files(
    service: Path, tmp_path: Path, options: str, error: str
) -> None:
    """One line names the folder and the reason."""
    with mounted(tmp_path / "disk", options) as disk:
        database = {"APP_DATABASE_URL": f"sqlite:///{tmp_path}/database"}
        done = run(service, settings(disk) | database, "serve")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "metrics" in line]
    assert f"Cannot write to the metrics folder {disk}/metrics: {error}." in line
