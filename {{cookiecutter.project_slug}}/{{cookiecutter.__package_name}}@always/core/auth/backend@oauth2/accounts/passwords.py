"""Password policy and password hashes (OWASP ASVS 5.0, 6.2).

The policy requires length, not character classes, and passwords are neither trimmed nor truncated. Common passwords
are rejected, also when they are repeated or surrounded by digits. Hashes use Argon2id with the minimum cost of the
OWASP Password Storage Cheat Sheet.
"""

from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from ....settings import Settings, get_settings
from .. import parameters
from ..settings import TokenSettings

MAX_LENGTH = 256
MIN_CORE_LENGTH = 4  # without repetitions and surrounding digits
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SURROUNDING = "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def policy_violation(password: str, *, name: str, email: str = "") -> str | None:
    """Return why the user may not choose the password, or None if it is acceptable."""
    min_length = get_settings(current_app, TokenSettings).passwords_min_length
    if len(password) < min_length:
        return f"The password must have at least {min_length} characters. A few words make a good password."
    if len(password) > MAX_LENGTH:
        return f"The password must have at most {MAX_LENGTH} characters."
    try:
        password.encode()
    except UnicodeEncodeError:
        return "The password must not contain unpaired surrogates."
    if parameters.CONTROL_CHARACTER.search(password):
        return "The password must not contain control characters."
    lowercase = password.lower()
    cores = {_without_repetition(lowercase), _without_repetition(lowercase.strip(_SURROUNDING))}
    service_name = get_settings(current_app, Settings).service_name
    personal = {word.lower() for word in (name, email, email.partition("@")[0], service_name)}
    if min(map(len, cores)) < MIN_CORE_LENGTH or cores & (_common_passwords() | personal):
        return "The password is too easy to guess. Choose a longer or less common one."
    return None


def hash_password(password: str) -> str:
    """Return the Argon2id hash to store."""
    return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Return whether the password matches. Without a hash the check takes as long, to hide whether the user exists."""
    try:
        return _hasher.verify(password_hash or _dummy_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Return whether the hash was made with other cost parameters than the current ones."""
    return _hasher.check_needs_rehash(password_hash)


def _without_repetition(text: str) -> str:
    """Return the shortest string whose repetition gives ``text``."""
    return text[: (text + text).find(text, 1)] if text else text


@cache
def _common_passwords() -> frozenset[str]:
    lines = files(str(__package__)).joinpath("common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


@cache
def _dummy_hash() -> str:
    return _hasher.hash("dummy")
