"""Load a service over HTTPS for some minutes; fail if its memory or its open files grow.

make soak MINUTES=20 [answers]
python -m tests.soak --minutes 20 database=postgresql limiter_backend=redis
"""

import argparse
import importlib
import sys
import tempfile
import time
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from tests.bake import parse_answers
from tests.services import Service, bake, started, storages
from tests.soak.load import Load, Step, life_of_a_key, new_token
from tests.soak.memory import Sample, sample
from tests.template import DEFAULTS

WARM_UP = 5  # minutes in which caches, pools and threads reach their size
MAX_GROWTH = 0.05
INTERVAL = 5  # seconds between two samples
SETTINGS = {
    "APP_LIMITS_CALLER": "1000000/minute",
    "APP_LOG_FORMAT": "json",
    "APP_SERVER_TRUSTED_PROXIES": "1",  # the clients send an address in X-Forwarded-For
}
STYLES = {
    "api_key": {},
    "external_idp": {"APP_ENVIRONMENT": "development"},  # it has a local issuer
    "oauth2": {"APP_LIMITS_TOKENS": "1000000/minute", "APP_TOKENS_MINUTES": "60"},
}
SERVE = ("flask", "serve")


def main(minutes: int, answers: dict[str, str]) -> str | None:
    """Print a line for each minute; return what has grown."""
    style = answers.get("auth_style", DEFAULTS["auth_style"])
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = bake(Path(name), answers)
        with (
            storages(folder) as servers,
            started(folder, SETTINGS | STYLES[style] | servers, SERVE, "/healthz") as service,
        ):
            service.flask("db", "upgrade")
            load = Load(service, *clients(service, style))
            try:
                samples = [minute(load, service.process.pid, n) for n in range(1, minutes + 1)]
            finally:
                load.stop()
            if load.statuses["500"]:
                return service.log.read_text("utf-8")
    return growth(samples)


def clients(service: Service, style: str) -> tuple[Any, ...]:
    """Return the credential of the clients, and what else they do in this style."""
    checks = importlib.import_module(f"tests.smoke.{style}")
    more: list[Step] = [life_of_a_key] if style == "api_key" else []
    if style == "oauth2":
        more = [new_token(checks.create(service, "client_credentials"))]
    return checks.credential(service), *more


def minute(load: Load, process: int, number: int) -> Sample:
    """Return the smallest value of each quantity within a minute, which ignores its peaks."""
    samples, before = [], load.statuses.copy()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        time.sleep(INTERVAL)
        samples.append(astuple(sample(process)))
    least = Sample(*map(min, zip(*samples, strict=True)))
    values = " ".join(f"{field.name} {getattr(least, field.name):>7}" for field in fields(least))
    counts = ", ".join(
        f"{count} x {status}" for status, count in sorted((load.statuses - before).items())
    )
    print(f"minute {number:>3}: {values}; {counts}", flush=True)
    return least


def growth(samples: list[Sample]) -> str | None:
    """Compare the last minute with the one after the warm-up; return what has grown too much."""
    first, last = samples[WARM_UP], samples[-1]
    grown = []
    for field in fields(Sample):
        before, after = getattr(first, field.name), getattr(last, field.name)
        print(f"{field.name:8} {before:>8} -> {after:>8} ({after / before - 1:+.1%})")
        if field.name != "threads" and after > before * (1 + MAX_GROWTH):
            grown.append(field.name)
    return f"soak: more than {MAX_GROWTH:.0%} growth of {', '.join(grown)}" if grown else None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("answers", nargs="*")
    given = parser.parse_args()
    if given.minutes <= WARM_UP + 1:
        parser.error(f"--minutes must be more than {WARM_UP + 1}")
    sys.exit(main(given.minutes, parse_answers(given.answers)))
