"""What ``flask doctor`` looks at for API keys."""

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


def peppered(app: Flask) -> Iterator[Finding]:
    """Find keys that no pepper of the settings verifies, and a previous pepper that no key needs any more."""
    settings = get_settings(app, KeySettings)
    known = {
        key_format.id_of_pepper(pepper) for pepper in (settings.key_pepper, settings.key_pepper_previous) if pepper
    }
    alive = (Key.revoked_at.is_(None), Key.expires_at > now())
    with connect() as connection:
        counted = connection.execute(select(Key.pepper_id, func.count()).where(*alive).group_by(Key.pepper_id)).all()
    found = {row[0]: row[1] for row in counted}
    lost = sum(number for pepper, number in found.items() if pepper not in known)
    if lost:
        yield Finding(f"{lost} keys are under a pepper that is gone", "give it as APP_KEY_PEPPER_PREVIOUS")
    previous = settings.key_pepper_previous
    if previous and key_format.id_of_pepper(previous) not in found:
        yield Finding("no key needs the previous pepper", "remove APP_KEY_PEPPER_PREVIOUS", severity="warning")


checks = (Check("keys", "their peppers are there", peppered),)
