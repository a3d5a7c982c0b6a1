"""A service installs from its pyproject.toml, starts with `make run` and works over HTTPS."""

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.interpreters import REQUIRED, python
from tests.template import CHOICES, TEMPLATE

# Each authentication style with each Python version; the other answers take turns.
OTHER_ANSWERS = itertools.cycle(
    [
        (),
        ("limiter_backend=redis", "database=postgresql"),
        ("limiter_backend=valkey", "cors_origins="),
        ("limiter_backend=memcached", "cors_origins=https://a.example,https://b.example:8443"),
    ]
)
ALWAYS = [*zip(CHOICES["auth_style"], REQUIRED, strict=True)]
SERVICES = [
    pytest.param(
        (f"auth_style={style}", *others),
        version,
        id=f"{version}-{'-'.join((style, *others))}",
        marks=() if (style, version) in ALWAYS else pytest.mark.exhaustive,
    )
    for (style, version), others in zip(
        itertools.product(CHOICES["auth_style"], REQUIRED), OTHER_ANSWERS, strict=False
    )
]
NEWEST = "3.14"
SERVICES.append(
    pytest.param(
        ("auth_style=api_key",),
        NEWEST,
        id=f"{NEWEST}-auth_style=api_key",
        marks=pytest.mark.exhaustive,
    )
)


@pytest.mark.install
@pytest.mark.parametrize(("answers", "version"), SERVICES)
def test_it_passes_the_smoke_checks(
    answers: tuple[str, ...], version: str, record_property: Callable[[str, object], None]
) -> None:
    """Run `make smoke`, with a fresh environment, over HTTPS."""
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
    record_property("smoke", passed[1])
