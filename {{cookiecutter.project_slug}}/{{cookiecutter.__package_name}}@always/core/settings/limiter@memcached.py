"""The rate limits are counted in Memcached, which has no moving window."""

BACKEND = "memcached"
SCHEMES = ("memcached",)
MEANING = "the URL of the limiter storage"
STRATEGIES = ("fixed-window", "sliding-window-counter")
