"""Rate limits for password attempts (OWASP ASVS 5.0, 6.3.1)."""

from flask import g, request

from ....limits import SettingRate, failed_authentication, limiter, network
from ....observability import events
from .. import parameters


def _account_and_address() -> str:
    name = g.session.name if "session" in g else parameters.form().get("username", "")
    return f"{network(request.remote_addr or '')} {name}"


# Per account and address, so that an attacker cannot lock an account for others. Successful attempts count too;
# otherwise an attacker above the limit would still learn which password is correct.
limit_attempts = limiter.shared_limit(SettingRate("sign-ins"), scope="sign-ins", key_func=_account_and_address)


def count_failure(reason: str) -> None:
    """Record an incorrect password and count it for the client's address. Raises 429 above the limit.

    This limits attempts with a few passwords on many accounts.
    """
    events.record(events.AUTHN_LOGIN_FAIL, reason)
    failed_authentication()
