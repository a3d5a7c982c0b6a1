"""Rate limits for password attempts (OWASP ASVS 5.0, 6.3.1)."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request

from ....limits import SettingRate, count_failed_authentication, current, get_remote_address, limiter, network
from ....observability import events
from ....request.slots import Slots
from .. import parameters

P = ParamSpec("P")
R = TypeVar("R")
TIMEOUT = 5.0  # seconds
_FAILURES = "failed-authentications"
_checks = Slots(sys.maxsize, share=1)


def limit_attempts(view: Callable[P, R]) -> Callable[P, R]:
    """Limit the attempts of a view that checks a password; above a limit it is not called.

    The limit per account and address counts every attempt, and does not lock the account for other addresses. The limit
    per address counts incorrect passwords for any account, together with all other failed authentications. Neither
    reveals whether a rejected password is correct.
    """
    return _per_account(_per_address(_one_at_a_time(view)))


def record_failure(reason: str, **account: str) -> None:
    """Record an incorrect password for an account, and count it for the address. Raises 429 after too many."""
    events.record(events.AUTHN_LOGIN_FAIL, reason, **account)
    count_failed_authentication()


def _one_at_a_time(view: Callable[P, R]) -> Callable[P, R]:
    """Check the passwords from one address one after the other.

    Parallel attempts would all be admitted before the first of them is counted. Each worker process may still check one
    password more than the limit.
    """

    @wraps(view)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _checks.occupy(network(request.remote_addr or ""), TIMEOUT) as is_turn:
            limits = current()
            result = limits.count(_FAILURES, limits.address, cost=0, strict=True)
            if not is_turn or not result.remaining:
                limits.results[_FAILURES] = result._replace(admitted=False)
                limits.reject()
            return view(*args, **kwargs)

    return limited


def _account_and_address() -> str:
    # Names of users are shorter. Whole names of up to 16,000 characters would fill the memory with keys of counters.
    name = g.session.name if "session" in g else parameters.form().get("name", "")[:64]
    return f"{network(request.remote_addr or '')} {name}"


_per_account = limiter.shared_limit(SettingRate("sign-ins"), scope="sign-ins", key_func=_account_and_address)
_per_address = limiter.shared_limit(
    SettingRate(_FAILURES),
    scope=_FAILURES,
    key_func=get_remote_address,
    deduct_when=lambda _response: False,  # record_failure counts, before the next password is checked
)
