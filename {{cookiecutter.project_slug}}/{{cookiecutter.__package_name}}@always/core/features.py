"""Optional parts of core, each a package that can be deleted together with its tests and one line."""

from dataclasses import dataclass
from importlib import import_module

from flask import Blueprint

from .observability.events import SecurityEvent


@dataclass(frozen=True)
class Feature:
    """What an optional part adds: endpoints, dataclasses of settings, and security events."""

    blueprints: tuple[Blueprint, ...]
    settings: tuple[type, ...] = ()
    security_events: tuple[SecurityEvent, ...] = ()


def load(package: str, *names: str) -> Feature:
    """Return everything that the ``FEATURE`` of each of these subpackages adds.

    The caller names them instead of importing them, so that removing a feature means deleting one line there.
    """
    features: list[Feature] = [import_module(f".{name}", package).FEATURE for name in names]
    return Feature(
        tuple(blueprint for feature in features for blueprint in feature.blueprints),
        tuple(declaration for feature in features for declaration in feature.settings),
        tuple(event for feature in features for event in feature.security_events),
    )
