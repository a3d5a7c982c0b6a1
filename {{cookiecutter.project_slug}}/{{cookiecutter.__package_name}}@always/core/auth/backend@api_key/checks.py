"""The checks of ``flask doctor`` for API keys."""

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import func, select

from ...clock import now
from ...database import connect
from ...diagnostics import Check, Finding
from ...settings import get_settings
from . import key_format
from .models import Key
from .settings import KeySettings


def check_peppers(app: Flask) -> Iterator[Finding]:
    """Report active keys whose pepper is not in the settings, and a previous pepper that no active key needs."""
    settings = get_settings(app, KeySettings)
    current = key_format.id_of_pepper(settings.key_pepper)
    previous = settings.key_pepper_previous and key_format.id_of_pepper(settings.key_pepper_previous)
    active = (Key.revoked_at.is_(None), Key.expires_at > now())
    with connect() as connection:
        rows = connection.execute(select(Key.pepper_id, func.count()).where(*active).group_by(Key.pepper_id)).all()
    keys = {row[0]: row[1] for row in rows}
    unknown = sum(number for pepper_id, number in keys.items() if pepper_id not in (current, previous))
    if unknown:
        yield Finding(
            f"{unknown} keys were created with a pepper that is not in the settings",
            "set APP_KEY_PEPPER_PREVIOUS to that pepper",
        )
    if previous and previous not in keys:
        yield Finding(
            "no key needs the previous pepper",
            "remove APP_KEY_PEPPER_PREVIOUS, or the second line of its file, unless a rotation has just begun",
            severity="warning",
        )
    if settings.keys_default_days > settings.keys_max_days:
        yield Finding("`default_days` in [keys] exceeds `max_days`, which limits it", "correct one of them", "warning")


CHECKS = (Check("keys", "the peppers of all keys are in the settings", check_peppers),)
