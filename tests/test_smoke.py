"""A service installs from its own pyproject.toml, starts with its own command and answers."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.template import TEMPLATE


@pytest.mark.install
@pytest.mark.parametrize(
    "answers",
    [
        (),
        ("auth_style=oauth2",),
        ("auth_style=external_idp",),
        ("limiter_backend=redis", "database=postgresql"),
        ("limiter_backend=valkey", "cors_origins="),
        ("limiter_backend=memcached", "cors_origins=https://a.example,https://b.example:8443"),
    ],
    ids=lambda answers: "-".join(answers) or "defaults",
)
def test_it_installs_and_answers(
    answers: tuple[str, ...], record_property: Callable[[str, object], None]
) -> None:
    """Do what `make smoke` does."""
    smoke = subprocess.run(
        [sys.executable, "-m", "tests.smoke", *answers],
        cwd=TEMPLATE,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if smoke.returncode:
        pytest.fail(smoke.stdout, pytrace=False)
    assert "checks passed" in smoke.stdout
    record_property(
        "covered", f"make smoke {' '.join(answers)}: {smoke.stdout.split(': ')[-1].strip()}"
    )
