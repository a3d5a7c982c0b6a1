"""The memory and the open files of a process and its children, as Linux reports them."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Sample:
    """Memory in kB, and the numbers of open files and of threads.

    ``private`` is the memory that is not a file. Pages that processes share count once.
    """

    private: int
    rss: int
    files: int
    threads: int


def sample(root: int) -> Sample:
    """Return the sums over a process, unless it is uv, and all processes below it."""
    sizes, files, threads = {"Pss_Anon": 0, "Rss": 0}, 0, 0
    for process in processes(root):
        if (PROC / str(process) / "comm").read_text() == "uv\n":
            continue
        with suppress(OSError):  # it has ended
            for line in (PROC / str(process) / "smaps_rollup").read_text().splitlines():
                name, _, value = line.partition(":")
                if name in sizes:
                    sizes[name] += int(value.split()[0])
            files += len([*(PROC / str(process) / "fd").iterdir()])
            threads += len([*(PROC / str(process) / "task").iterdir()])
    return Sample(sizes["Pss_Anon"], sizes["Rss"], files, threads)


def processes(root: int) -> Iterator[int]:
    """Yield the ids of a process and of all processes below it."""
    yield root
    with suppress(OSError):
        for task in (PROC / str(root) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from processes(int(child))
