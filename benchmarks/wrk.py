"""Run wrk, which calls one URL from several connections as fast as the server responds."""

import math
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

CONNECTIONS = 16
LONGEST = 30  # seconds
POST = Path(__file__).parent / "post.lua"
VARY = Path(__file__).parent / "vary.lua"


def require() -> None:
    """Exit with a message if wrk is not installed."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed. Install it, for example with `apt install wrk`.")


def requests_per_second(
    url: str,
    headers: Mapping[str, str],
    seconds: float,
    script: Path | None = None,
    arguments: Sequence[str] = (),
) -> float:
    """Return the requests per second; raises RuntimeError if a request failed.

    A measurement without any response, on a busy machine, is repeated with twice the time.
    """
    command = [
        *("wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10s"),
        *("--duration", f"{math.ceil(seconds)}s"),
        *(f"--header={name}: {value}" for name, value in headers.items()),
        *(("--script", str(script)) if script else ()),
        url,
        *(("--", *arguments) if arguments else ()),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as process:
        try:
            # wrk itself accepts whole seconds only; SIGINT makes it print its results early.
            printed, _ = process.communicate(timeout=seconds if seconds % 1 else None)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            printed, _ = process.communicate(timeout=LONGEST)
    speed = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if re.search("Non-2xx|Socket errors", printed):
        raise RuntimeError(f"{url}: {printed}")
    if speed and float(speed[1]):
        return float(speed[1])
    if seconds > LONGEST:
        raise RuntimeError(f"{url}: no response in {seconds} s: {printed}")
    return requests_per_second(url, headers, seconds * 2, script, arguments)
