"""Create and remove resources of the service: ``uv run python -m dev.resource``."""
