"""The names of the Valkey client that ``storage`` uses."""

from typing import Any

from valkey.backoff import NoBackoff
from valkey.exceptions import NoScriptError, ResponseError
from valkey.retry import Retry

__all__ = ["CALL", "NO_CLIENT_INFO", "NO_CLUSTER_RETRY", "NoBackoff", "NoScriptError", "ResponseError", "Retry"]

CALL = "server.call"  # the function with which a Lua script calls a command
# CLIENT SETINFO would cost two more round trips for each connection.
NO_CLIENT_INFO: dict[str, Any] = {"lib_name": None, "lib_version": None}
NO_CLUSTER_RETRY: dict[str, Any] = {"cluster_error_retry_attempts": 0}
