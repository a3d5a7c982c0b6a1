"""The rate limits are counted in Redis."""

BACKEND = "redis"
SCHEMES = ("redis", "rediss", "redis+sentinel", "redis+cluster")
MEANING = "the URL of the limiter storage, with its password"
STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
