"""Many idle and slow connections from one address, and the limit on open files."""

import subprocess
import sys
from contextlib import ExitStack, closing
from types import ModuleType

import pytest

from tests.core.live_server import Served
from tests.core.package import ROOT

IDLE = 512


@pytest.mark.control("R7")
def test_idle_and_slow_connections_do_not_lock_others_out(served: Served) -> None:
    with ExitStack() as stack:
        for number in range(IDLE):
            connection = stack.enter_context(closing(served.connect()))
            if number % 2:
                connection.sendall(b"GET /healthz HT")
        response = served.send("GET /healthz HTTP/1.1", "Host: localhost", "Connection: close")
    assert response.startswith(b"HTTP/1.1 200")


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from {package}.core.server import open_files
print(open_files.allow(4096), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.control("R7")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on open files")
@pytest.mark.parametrize(("soft", "hard", "connections", "limit"), [(256, 10_000, 4096, 4352), (256, 1024, 768, 1024)])
def test_the_limit_on_open_files_is_raised_as_far_as_possible(
    service: ModuleType, soft: int, hard: int, connections: int, limit: int
) -> None:
    code = LIMITED.format(soft=soft, hard=hard, package=service.__name__)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    held, files = map(int, done.stdout.split())
    assert held == connections
    assert files >= limit
    assert ("APP_SERVER_CONNECTIONS" in done.stderr) is (connections < 4096)
