"""What a password must be, and how it is kept (OWASP ASVS 5.0, 6.2).

Length is what counts: no classes of characters are asked for, nothing is trimmed or cut. What many people take is
refused, with digits around it or twice in a row too. Kept is an Argon2id hash, with the OWASP cheat sheet's least cost.
"""

from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from ....settings import Settings, get_settings
from .. import parameters
from ..settings import TokenSettings

AT_MOST = 256
SHORTEST_PIECE = 4  # what is repeated, or stands between digits, counts for nothing below this
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AROUND = "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def fault(password: str, *, name: str, email: str = "") -> str | None:
    """Return what is wrong with a password for this person, or None."""
    at_least = get_settings(current_app, TokenSettings).passwords_at_least
    if len(password) < at_least:
        return f"A password has at least {at_least} characters; a few words make a good one."
    if len(password) > AT_MOST:
        return f"A password has at most {AT_MOST} characters."
    try:
        password.encode()
    except UnicodeEncodeError:
        return "The password contains half a character."
    if parameters.CONTROL.search(password):
        return "The password contains a control character, which no form takes."
    core = password.lower().strip(_AROUND)
    known = {
        name.lower(),
        email.lower(),
        email.partition("@")[0].lower(),
        get_settings(current_app, Settings).service_name.lower(),
    }
    pieces = {_unrepeated(password.lower()), _unrepeated(core)}
    if min(map(len, pieces)) < SHORTEST_PIECE or pieces & (_common() | known):
        return "That is among the first passwords that are guessed."
    return None


def hashed(password: str) -> str:
    """Return what to keep of a password."""
    return _hasher.hash(password)


def right(kept: str | None, password: str) -> bool:
    """Tell whether the password is the one of which ``kept`` was kept; takes as long when there is none."""
    try:
        return _hasher.verify(kept or _nobody(), password) and kept is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def outdated(kept: str) -> bool:
    """Tell whether ``kept`` was made at another cost than today's."""
    return _hasher.check_needs_rehash(kept)


def _unrepeated(text: str) -> str:
    """Return the shortest text that makes ``text`` when it is repeated."""
    return text[: (text + text).find(text, 1)] if text else text


@cache
def _common() -> frozenset[str]:
    lines = files(__package__).joinpath("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


@cache
def _nobody() -> str:
    return _hasher.hash("nobody's")
