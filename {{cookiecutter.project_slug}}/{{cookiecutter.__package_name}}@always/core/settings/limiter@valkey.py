"""The rate limits are counted in Valkey."""

BACKEND = "valkey"
SCHEMES = ("valkey", "valkeys", "valkey+sentinel", "valkey+cluster")
MEANING = "the URL of the limiter storage, with its password"
STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
