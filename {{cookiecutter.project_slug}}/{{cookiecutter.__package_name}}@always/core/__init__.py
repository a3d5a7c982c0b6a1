"""The core of the service, which comes from its template; the owner's code imports the names below and nothing else."""

from .app import create_app

__all__ = ["create_app"]
