"""Print the time that each layer of the pipeline takes, in process, for three calls.

layer_costs.py measures them in the environment of a rendered service.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from benchmarks import report
from benchmarks.targets import CALLS, HERE, HIGH_LIMITS, NEW_ITEM
from tests.services import UV, bake, storages

Costs = dict[str, dict[str, float]]


def main(rounds: int, seconds: float, results: Path) -> None:
    """Measure, print the table, and write the section of the report."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        service = bake(Path(name), {})
        costs = measured(service, rounds, seconds)
        software = report.versions(service, "Flask", "Flask-Limiter", "SQLAlchemy")
    rows = [row for row in costs[CALLS[0]] if row != "round trips"]
    shown = report.table(
        ("microseconds per request", *(f"`{call}`" for call in CALLS)),
        [(row, *(f"{costs[call][row]:.1f}" for call in CALLS)) for row in rows],
    )
    print(shown)
    method = f"Median of {rounds} interleaved rounds of {seconds:g} s, in process, one thread."
    report.write(results, "bench-layers", [report.conditions(method, software), shown])


def measured(service: Path, rounds: int, seconds: float) -> Costs:
    """Return for each call the microseconds of each layer of a rendered service."""
    with storages(service) as addresses:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("VIRTUAL_ENV")
        }
        environment |= {**HIGH_LIMITS, **addresses, "APP_METRICS_FOLDER": str(service / "var")}
        flask = (UV, "run", "--quiet", "flask")
        run(service, environment, *flask, "db", "upgrade")
        created = run(
            *(service, environment, *flask, "keys", "create", "--name", "bench", "--json"),
            *("--scopes", "items:read items:write"),
        )
        environment |= {
            "BARE_DATABASE_URL": f"sqlite:///{service / 'bare.db'}",
            "BENCH_CALLS": json.dumps(CALLS),
            "BENCH_ITEM": json.dumps(NEW_ITEM),
            "BENCH_KEY": json.loads(created)["key"],
            "PYTHONPATH": f"{service}{os.pathsep}{HERE}",
        }
        python = (UV, "run", "--quiet", "python", "-m", "layer_costs")
        found: Costs = json.loads(run(service, environment, *python, str(rounds), str(seconds)))
    return found


def run(service: Path, environment: dict[str, str], *command: str) -> str:
    """Run a command in the service's environment and return its output.

    Raises RuntimeError with its messages if it fails.
    """
    done = subprocess.run(
        command,
        cwd=service,
        env=environment,
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    given = report.arguments(__doc__, rounds=9, seconds=0.4).parse_args()
    main(given.rounds, given.seconds, given.results)
