"""A service installs from its own pyproject.toml, starts with its own command and answers."""

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.pythons import SUPPORTED, python
from tests.template import CHOICES, TEMPLATE

# Each authentication style on each Python; the storages and origins go round beside them.
BESIDE = itertools.cycle(
    [
        (),
        ("limiter_backend=redis", "database=postgresql"),
        ("limiter_backend=valkey", "cors_origins="),
        ("limiter_backend=memcached", "cors_origins=https://a.example,https://b.example:8443"),
    ]
)
SERVICES = [
    pytest.param(
        (f"auth_style={style}", *beside), version, id=f"{version}-{'-'.join((style, *beside))}"
    )
    for (style, version), beside in zip(
        itertools.product(CHOICES["auth_style"], SUPPORTED), BESIDE, strict=False
    )
]


@pytest.mark.install
@pytest.mark.parametrize(("answers", "version"), SERVICES)
def test_it_installs_and_answers(
    answers: tuple[str, ...], version: str, record_property: Callable[[str, object], None]
) -> None:
    """Do what `make smoke` does, into a fresh environment, over HTTPS."""
    smoke = subprocess.run(
        [sys.executable, "-m", "tests.smoke", *answers],
        cwd=TEMPLATE,
        env={**os.environ, "UV_PYTHON": python(version)},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if smoke.returncode:
        pytest.fail(smoke.stdout, pytrace=False)
    passed = re.search(r"smoke: (\d+) checks passed", smoke.stdout)
    assert passed
    record_property("claims", passed[1])
