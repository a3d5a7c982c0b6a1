"""The settings of sign-up, and the guard that enforces them."""

from dataclasses import dataclass

from flask import current_app
from limits import RateLimitItem, parse

from ....problems import Problem
from ....settings import get_settings, setting
from ....settings.fields import Boolean, Rate

GUARD = "sign_up"


@dataclass(frozen=True, kw_only=True)
class SignUpSettings:
    """Whether anyone may sign up, and how often."""

    sign_up_enabled: bool = setting(Boolean(), "allow anyone to sign up", default=False)
    limits_sign_ups: RateLimitItem = setting(Rate(), "sign-ups from one address", default=parse("5/minute"))


def require_enabled() -> None:
    """Raise ``Problem`` (403) while sign-up is disabled: a guard, which runs before the body is read."""
    if not get_settings(current_app, SignUpSettings).sign_up_enabled:
        raise Problem("forbidden", "Sign-up is disabled.")
