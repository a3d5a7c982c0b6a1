"""The rate limits are counted in Redis."""

BACKEND = "redis"
SCHEMES = ("redis", "rediss", "redis+sentinel", "redis+cluster")
LIST_SCHEMES = ("redis+sentinel", "redis+cluster")  # of URLs with several hosts, each with its port
MEANING = "the URL of the limiter storage, with its password"
STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
