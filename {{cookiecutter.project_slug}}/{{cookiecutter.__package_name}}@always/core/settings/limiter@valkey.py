"""The rate limits are counted in Valkey."""

BACKEND = "valkey"
SCHEMES = ("valkey", "valkeys", "valkey+sentinel", "valkey+cluster")
LIST_SCHEMES = ("valkey+sentinel", "valkey+cluster")  # of URLs with several hosts, each with its port
MEANING = "the URL of the limiter storage, with its password"
STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
