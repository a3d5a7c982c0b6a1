"""The rate limits are counted in Redis."""

from redis import ConnectionPool

__all__ = ["BACKEND", "LIST_SCHEMES", "MEANING", "SCHEMES", "SOCKET", "STRATEGIES", "ConnectionPool"]

BACKEND = "redis"
SCHEMES = ("redis", "rediss", "redis+unix", "redis+sentinel", "redis+cluster")
LIST_SCHEMES = ("redis+sentinel", "redis+cluster")  # of URLs with several hosts, each with its port
SOCKET = "redis+unix:///run/redis.sock"  # an example of a URL without a host
MEANING = "the URL of the limiter storage, with its password"
STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
