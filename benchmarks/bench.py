"""Print the requests per second of the secured service as a share of those of bare Flask.

The default service with higher rate limits and the same endpoints in plain Flask (bare.py) run at
the same time: one granian worker each, the same libraries, certificate, database settings and
number of threads for views. wrk calls them alternately over HTTPS.
"""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import report, wrk
from benchmarks.rounds import Measured, interleaved
from benchmarks.targets import CALLS, ME, Target, bare, secured

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
DEFAULT = "sqlite"
BEARER = "GET /api/v1/me with a bearer token"


def main(rounds: int, seconds: float, results: Path, databases: Sequence[str]) -> None:
    """Measure, print a line for each call, and write the section of the report."""
    wrk.require()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as running:
        targets: dict[str, Target] = {}
        for database in databases:
            folder = Path(name) / database
            folder.mkdir()
            service, addresses = running.enter_context(secured(folder, {"database": database}))
            url = addresses.get("APP_DATABASE_URL", f"sqlite:///{folder / 'bare.db'}")
            targets[f"bare {database}"] = running.enter_context(bare(service, url))
            targets[f"secured {database}"] = service
        tokens, _ = running.enter_context(secured(Path(name) / "tokens", {"auth_style": "oauth2"}))
        subjects = {
            f"{call} {server}": target.measure(call, seconds)
            for call in CALLS
            for server, target in targets.items()
        }
        found = interleaved({**subjects, BEARER: tokens.measure(ME, seconds)}, rounds)
        software = report.versions(service.server.folder, "granian", "Flask", "SQLAlchemy")
    conditions = report.conditions(report.method(rounds, seconds, wrk.CONNECTIONS), software)
    report.write(results, "bench", [conditions, *tables(found, databases)])


def tables(found: Mapping[str, Measured], databases: Sequence[str]) -> list[str]:
    """Print a line for each call; return the tables of the report."""
    rows = []
    for database in databases:
        label = DATABASES[database]
        print(f"{label}: requests per second of bare Flask and of the service, and the share")
        for call in CALLS:
            plain, service = found[f"{call} bare {database}"], found[f"{call} secured {database}"]
            figures = (f"{plain.median:,.0f}", f"{service.median:,.0f}")
            share = f"{service.median / plain.median:.2f}"
            print(f"{call:24} {figures[0]:>8} {figures[1]:>8} {share:>6}")
            rows.append((f"`{call}`, {label}", *figures, share, plain.spread, service.spread))
    key, token = found[f"{ME} secured {DEFAULT}"], found[BEARER]
    compared = (f"{key.median:,.0f}", f"{token.median:,.0f}", f"{token.median / key.median:.2f}")
    print("SQLite: requests per second with an API key and with a bearer token, and the share")
    print(f"{ME:24} {compared[0]:>8} {compared[1]:>8} {compared[2]:>6}")
    return [
        report.table(
            (
                "requests per second",
                "bare Flask",
                "secured",
                "share",
                "spread (bare)",
                "spread (secured)",
            ),
            rows,
        ),
        report.table(
            (
                "requests per second",
                "API key",
                "bearer token",
                "share",
                "spread (API key)",
                "spread (token)",
            ),
            [(f"`{ME}`, SQLite", *compared, key.spread, token.spread)],
        ),
    ]


if __name__ == "__main__":
    parser = report.arguments(__doc__, rounds=7, seconds=3)
    parser.add_argument("--sqlite-only", action="store_true", help="leave out PostgreSQL")
    given = parser.parse_args()
    chosen = [DEFAULT] if given.sqlite_only else list(DATABASES)
    main(given.rounds, given.seconds, given.results, chosen)
