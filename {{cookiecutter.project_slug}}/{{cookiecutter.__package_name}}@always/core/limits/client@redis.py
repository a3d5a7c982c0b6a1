"""How the service speaks to Redis: alone, watched by Sentinels, or as a cluster, as the address says."""

from typing import Any, cast

from limits.storage import storage_from_string
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError as ScriptUnknown
from redis.retry import Retry

__all__ = ["CALL", "ScriptUnknown", "connect"]

CALL = "redis.call"  # how a script calls a command
# What the client would notify the server of itself is two more round trips for each connection.
SILENT: dict[str, Any] = {"driver_info": None}


def connect(uri: str, patience: float) -> Any:
    """Return a client for the server that ``uri`` names; none of its calls waits longer than ``patience``, in seconds.

    The breaker decides when to try again, so the client never does: by itself it would wait for seconds.
    """
    scheme = uri.partition("://")[0]
    waits = {"socket_connect_timeout": patience, "socket_timeout": patience}
    options = {**waits, **SILENT, "retry": Retry(NoBackoff(), 0)}
    if scheme == "redis+sentinel":
        options["sentinel_kwargs"] = waits
    elif scheme == "redis+cluster":
        options["cluster_error_retry_attempts"] = 0
    return cast(Any, storage_from_string(uri, **options)).get_connection()
