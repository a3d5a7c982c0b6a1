"""The entry point of the ``flask`` command."""

from {{ cookiecutter.__package_name }} import create_app

__all__ = ["create_app"]
