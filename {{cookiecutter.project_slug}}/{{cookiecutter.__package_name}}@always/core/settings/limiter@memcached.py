"""The rate limits are counted in Memcached, which has no moving window."""

BACKEND = "memcached"
SCHEMES = ("memcached",)
LIST_SCHEMES = ("memcached",)  # of URLs with several hosts, each with its port
SOCKET = "memcached:///run/memcached.sock"  # an example of a URL without a host
MEANING = "the URL of the limiter storage"
STRATEGIES = ("fixed-window", "sliding-window-counter")
