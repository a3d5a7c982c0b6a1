"""The names of the Redis client that ``storage`` uses."""

from typing import Any

from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, ResponseError
from redis.retry import Retry

__all__ = ["CALL", "NO_CLIENT_INFO", "NO_CLUSTER_RETRY", "NoBackoff", "NoScriptError", "ResponseError", "Retry"]

CALL = "redis.call"  # the function with which a Lua script calls a command
# CLIENT SETINFO would cost two more round trips for each connection.
NO_CLIENT_INFO: dict[str, Any] = {"driver_info": None}
NO_CLUSTER_RETRY: dict[str, Any] = {}  # the option `retry` suffices
