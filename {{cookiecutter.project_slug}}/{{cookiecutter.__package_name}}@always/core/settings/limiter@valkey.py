"""The rate limits are counted in Valkey."""

from typing import Any

import valkey

__all__ = ["BACKEND", "LIST_SCHEMES", "MEANING", "SCHEMES", "SOCKET", "STRATEGIES", "ConnectionPool"]

BACKEND = "valkey"
ConnectionPool: Any = valkey.ConnectionPool  # its methods have no types
SCHEMES = ("valkey", "valkeys", "valkey+unix", "valkey+sentinel", "valkey+cluster")
LIST_SCHEMES = ("valkey+sentinel", "valkey+cluster")  # of URLs with several hosts, each with its port
SOCKET = "valkey+unix:///run/valkey.sock"  # an example of a URL without a host
MEANING = "the URL of the limiter storage, with its password"
STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
