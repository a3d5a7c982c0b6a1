"""How often a password may be tried (OWASP ASVS 5.0, 6.3.1)."""

from flask import request

from .... import limits
from ....observability import events
from ....request.state import KEY, RequestState

BUDGET = "sign-ins"


def count_attempt(name: str) -> None:
    """Count an attempt on an account from the address of the request; raises 429 when there were too many.

    Per account and address: who guesses keeps nobody else out. Every attempt counts, the right one too, or else whoever
    guesses could go on past the budget and learn what is right.
    """
    state: RequestState = request.environ[KEY]
    limits.spend(state, BUDGET, f"{limits.network(request.remote_addr or '')} {name}", strict=True)


def count_failure(reason: str) -> None:
    """Record a wrong password and count it for the address, whatever the account; raises 429 when there were too many.

    So a few passwords that are tried on many accounts are limited too, and a right one is not refused for them.
    """
    events.record("authn_login_fail", reason)
    limits.failed_authentication(request.environ[KEY])
