"""Are the secrets fit to be secrets. That each is long and random enough, their form says already."""

import dataclasses
from collections.abc import Iterator

from flask import Flask, current_app

from .. import services
from ..diagnostics import Finding
from ..settings import ActiveSettings
from ..settings.fields import GENERATE_HINT, Secret


def each_its_own(_app: Flask) -> Iterator[Finding]:
    """Find secrets that are used for two things: who learns one has the other."""
    active_settings = services.get(current_app, ActiveSettings)
    users: dict[str, list[str]] = {}
    for declaration in active_settings.declarations:
        values = active_settings[declaration]
        for field in dataclasses.fields(declaration):
            value = getattr(values, field.name)
            if isinstance(field.metadata["field"], Secret) and value:
                users.setdefault(value, []).append(f"APP_{field.name.upper()}")
    for names in users.values():
        if len(names) > 1:
            yield Finding(f"{' and '.join(names)} are the same text", GENERATE_HINT)
