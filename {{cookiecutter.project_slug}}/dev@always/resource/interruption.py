"""The signals that end the command: Ctrl-C, a closed terminal, and ``kill``."""

import signal
import sys
from types import FrameType

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def exit_at_signals() -> None:
    """Exit through the code that restores files. Without a handler, SIGTERM and SIGHUP end the process at once."""
    for each in SIGNALS:
        signal.signal(each, _exit)


def ignore() -> None:
    """Ignore the signals while files are restored or removed."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _exit(number: int, _frame: FrameType | None) -> None:
    sys.exit(f"Interrupted by {signal.Signals(number).name}.")
