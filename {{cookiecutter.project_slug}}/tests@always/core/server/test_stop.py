"""The server stops cleanly at the first Ctrl-C, and logs its start and its stop."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.core.live_server import ROOT, free_port, listens


@pytest.mark.control("L3")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal for a process group")
@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM] * 2], ids=["Ctrl-C", "SIGTERM twice"])
@pytest.mark.parametrize("debug", ["false", "true"], ids=["", "debug mode"])
def test_a_signal_to_the_group_stops_the_server_and_its_workers(
    environ: dict[str, str], tmp_path: Path, signals: list[signal.Signals], debug: str
) -> None:
    """The signal arrives as soon as the server listens, while its workers are still starting."""
    environ |= {"APP_ENVIRONMENT": "development", "APP_SERVER_DEBUG": debug}
    port = free_port()
    with (tmp_path / "output").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "serve"],
            cwd=ROOT,
            env={**os.environ, **environ, "APP_SERVER_PORT": str(port)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            while not listens(port):
                assert process.poll() is None, (tmp_path / "output").read_text()
                time.sleep(0.05)
            for number in signals:
                os.killpg(process.pid, number)
            assert process.wait(60) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    lines = [json.loads(line) for line in (tmp_path / "output").read_text().splitlines()]
    assert [line["reason"] for line in lines if line["event"].startswith("sys_")] == [
        f"serving on https://127.0.0.1:{port}",
        "the server has stopped",
    ]
