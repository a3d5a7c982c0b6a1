"""The server ends well: what is under way is answered, and Ctrl-C is enough."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from serving import ROOT, free_port, listens


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal for a process group")
def test_ctrl_c_stops_the_server_and_its_workers(environ: dict[str, str], tmp_path: Path) -> None:
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
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
