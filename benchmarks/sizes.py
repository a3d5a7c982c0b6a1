"""Calls on databases of several sizes, with several numbers of callers."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import processes, report, wrk
from benchmarks.rendered import Run
from benchmarks.targets import HERE, ME, POST, Target, serving

SIZES = (10, 10_000, 1_000_000)  # keys and items
CALLERS = (10, 1_000)
OWNER = "smoke"  # of the key with which targets.serving calls
ME_PATH, ITEMS_PATH = ME.split()[1], POST.split()[1]


def measure(run: Run) -> list[str]:
    """Measure calls on databases of several sizes, with several numbers of callers."""
    with ExitStack() as running:
        calls: dict[str, dict[str, Callable[[], float]]] = {}
        targets = {}
        for size in run.sizes:
            settings = run.settings(f"size-{size}")
            target = running.enter_context(serving(run.service, settings))
            calls[f"{size:,}"] = calls_on(target, size, run, Path(settings["APP_METRICS_FOLDER"]))
            targets[f"{size:,}"] = target
        found = run.speeds(
            {
                f"{call} {size}": measure
                for size, measures in calls.items()
                for call, measure in measures.items()
            }
        )
        memory = [
            f"{processes.memory(target.server.process.pid) / 2**20:.0f}"
            for target in targets.values()
        ]
    rows = []
    for call in calls[f"{run.sizes[-1]:,}"]:
        speeds = [found.get(f"{call} {size}") for size in calls]
        rows.append((call, *(f"{1e6 / speed:,.0f}" if speed else "" for speed in speeds)))
    return [
        "Microseconds per request (the inverse of the throughput) by the number of keys and items "
        "in the database. Callers use different keys in turn. The first call with a key records "
        "its use and its network.",
        report.table(("rows", *calls), [*rows, ("memory of the worker afterwards, MiB", *memory)]),
    ]


def calls_on(target: Target, size: int, run: Run, folder: Path) -> dict[str, Callable[[], float]]:
    """Fill the database and return the calls to measure."""
    processes.run_in(target.server, HERE, "fill", str(size), OWNER, str(folder))
    keys = (folder / "keys.txt").read_text(encoding="utf-8").splitlines()
    paths = (folder / "items.txt").read_text(encoding="utf-8").splitlines()
    one_key = list(target.credential.values())
    vary = partial(varying, target, folder, run.seconds)
    calls = {
        "`GET` an item": vary("items", one_key, paths),
        "`GET` a page of 20 items": vary("page", one_key, [ITEMS_PATH]),
        f"`{POST}`": target.measure(POST, run.seconds),
    }
    for callers in CALLERS:
        if callers <= size:
            used = keys[:callers]
            known = vary(f"callers-{callers}", used, [ME_PATH])
            calls[f"`{ME}`, {callers:,} callers"] = partial(repeated, known)
    if len(new := keys[CALLERS[-1] :]) >= CALLERS[-1]:
        calls[f"`{ME}`, first call of each caller"] = vary("new-callers", new, [ME_PATH])
    return calls


def repeated(measure: Callable[[], float]) -> float:
    """Return the second of two results: the first one contains the first call of each caller."""
    measure()
    return measure()


def varying(
    target: Target, folder: Path, seconds: float, name: str, keys: list[str], paths: list[str]
) -> Callable[[], float]:
    """Return a function that calls the paths with the keys in turn."""
    files = [folder / f"{name}-keys.txt", folder / f"{name}-paths.txt"]
    for file, lines in zip(files, (keys, paths), strict=True):
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    sent = 0

    def measure() -> float:
        nonlocal sent  # continue with the keys that were not used yet
        arguments = (*map(str, files), str(sent))
        speed = wrk.requests_per_second(target.server.url, {}, seconds, wrk.VARY, arguments)
        sent += int(speed * seconds)
        return speed

    return measure
