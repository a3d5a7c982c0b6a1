"""Rate limits for password attempts (OWASP ASVS 5.0, 6.3.1)."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Response, g, request

from ....limits import SettingRate, get_remote_address, limiter, network
from ....observability import events
from .. import parameters

P = ParamSpec("P")
R = TypeVar("R")


def limit_attempts(view: Callable[P, R]) -> Callable[P, R]:
    """Limit the attempts of a view that checks a password; above a limit it is not called.

    The limit per account and address counts every attempt, and does not lock the account for other addresses. The limit
    per address counts incorrect passwords for any account, together with all other failed authentications. Neither
    reveals whether a rejected password is correct.
    """
    return _per_account(_per_address(view))


def record_failure(reason: str, **account: str) -> None:
    """Record an incorrect password for an account, and count it for the address when the response is sent."""
    g.incorrect_password = True
    events.record(events.AUTHN_LOGIN_FAIL, reason, **account)


def _account_and_address() -> str:
    # Names of users are shorter. Whole names of up to 16,000 characters would fill the memory with keys of counters.
    name = g.session.name if "session" in g else parameters.form().get("name", "")[:64]
    return f"{network(request.remote_addr or '')} {name}"


def _is_failure(_response: Response) -> bool:
    return "incorrect_password" in g


_per_account = limiter.shared_limit(SettingRate("sign-ins"), scope="sign-ins", key_func=_account_and_address)
_per_address = limiter.shared_limit(
    SettingRate("failed-authentications"),
    scope="failed-authentications",
    key_func=get_remote_address,
    deduct_when=_is_failure,
)
