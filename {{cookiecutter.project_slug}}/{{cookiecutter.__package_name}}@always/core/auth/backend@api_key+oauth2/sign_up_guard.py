"""Whether anyone may sign up: the settings say so.

It is a guard, so that it is asked before a body is read: a sign-up that is closed costs next to nothing.
"""

from flask import Blueprint, current_app

from ...problems import Problem
from ...settings import get_settings
from .. import guards
from .sign_up_settings import SignUpSettings

GUARD = "sign_up"


def join(blueprint: Blueprint) -> None:
    """Let the views of a blueprint name the guard."""
    blueprint.record_once(lambda state: guards.add(state.app, GUARD, _guard))


def _guard() -> None:
    if not get_settings(current_app, SignUpSettings).sign_up_open:
        raise Problem("forbidden", "Sign-up is closed.")
