"""The number of files, and so of connections, that a process may open."""

import logging
import sys

RESERVED = 256  # files for the log, the database, the storages and the metrics
log = logging.getLogger(__name__)


def allow(connections: int) -> int:
    """Raise the limit of this process and its workers; return the number of connections that a worker can hold.

    The default limit is 256 to 1,024 on many systems. Beyond it, accepting a connection fails.
    """
    if sys.platform == "win32":
        return connections
    import resource  # not available on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + RESERVED
    if soft >= needed or soft == resource.RLIM_INFINITY:
        return connections
    limit = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    except (OSError, ValueError):  # macOS has another limit, which no function returns
        limit = soft
    if limit < needed:
        log.warning(
            "A worker can hold %d connections instead of %d, because a process may open only %d files. Raise that "
            "limit (`ulimit -n`, LimitNOFILE of systemd), or lower APP_SERVER_CONNECTIONS.",
            limit - RESERVED,
            connections,
            limit,
        )
    return max(1, min(connections, limit - RESERVED))
