"""Resources of the service, such as the example: ``uv run python -m dev.resource --remove NAME``."""
