"""The example resource, made to be copied: routes, schemas, models and queries of one feature in one place."""

from .routes import blueprint

__all__ = ["blueprint"]
