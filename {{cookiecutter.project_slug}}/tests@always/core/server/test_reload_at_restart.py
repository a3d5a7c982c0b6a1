"""A reload does not change what the server reads at its start only."""

import sys
from pathlib import Path

import pytest
from flask import Flask

from tests.core.live_server import serving
from tests.core.load import reload


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_the_number_of_threads_changes_at_a_restart(
    app: Flask, environ: dict[str, str], certificate: Path, tmp_path: Path
) -> None:
    """Otherwise, new workers would admit more requests of one address than they have threads."""
    settings = Path(environ["APP_SETTINGS"])
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("[server]", "[server]\nthreads = 8"), "utf-8")
    with serving(environ, tmp_path, certificate / "ca.pem") as served:
        settings.write_text(text.replace("[server]", "[server]\nthreads = 200\nshutdown_delay = 1"), "utf-8")
        assert reload(served) == ["APP_SERVER_SHUTDOWN_DELAY"]
