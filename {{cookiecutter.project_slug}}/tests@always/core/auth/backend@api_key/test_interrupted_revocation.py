"""A revocation takes effect even if its process is killed before it can notify the other processes."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.package import ROOT, core

REVOKE_AND_DIE = f"""
import os, signal, sys
from {core.__name__}.auth.backend import revocations
from tests.core.service import create_app
revocations.SharedCounter.publish = lambda self: os.kill(os.getpid(), signal.SIGKILL)
create_app().test_cli_runner().invoke(args=["keys", "revoke", sys.argv[1]], catch_exceptions=False)
"""


@pytest.mark.control("Z6")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_revocation_whose_process_is_killed_after_the_commit_takes_effect_within_five_seconds(
    make_app: Callable[..., Flask],
    caller: Callable[..., FlaskClient],
    environ: dict[str, str],
    later: Callable[[float], AbstractContextManager[None]],
) -> None:
    me = caller(app=make_app())
    assert me.get("/api/v1/me").status_code == 200
    key: str = me.headers["X-API-Key"]  # type: ignore[attr-defined]
    killed = subprocess.run(
        [sys.executable, "-c", REVOKE_AND_DIE, key.split("_")[2]],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        timeout=60,
    )
    assert killed.returncode == -9, killed.stderr
    with later(5):
        assert me.get("/api/v1/me").status_code == 401
