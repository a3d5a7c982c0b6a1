"""The migrations of this service's tables."""
