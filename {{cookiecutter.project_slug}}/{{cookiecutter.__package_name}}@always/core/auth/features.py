"""Optional parts of an auth style, each a subpackage that can be deleted."""

from dataclasses import dataclass
from importlib import import_module

from flask import Blueprint

from ..observability.events import SecurityEvent


@dataclass(frozen=True)
class Feature:
    """What an optional part adds: endpoints, a dataclass of settings, and security events."""

    blueprint: Blueprint
    settings: type
    security_events: tuple[SecurityEvent, ...] = ()


def load(package: str, *names: str) -> tuple[Feature, ...]:
    """Return the ``FEATURE`` of each of these subpackages.

    They are given by name, so that removing a feature takes one line in the package that loads it.
    """
    return tuple(import_module(f".{name}", package).FEATURE for name in names)
