"""Where the ``flask`` command finds the application."""

from {{ cookiecutter.__package_name }} import create_app

__all__ = ["create_app"]
