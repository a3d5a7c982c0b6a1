"""Limits on password attempts (OWASP ASVS 5.0, 6.3.1)."""

from flask import g, request

from ....limits import SettingRate, failed_authentication, limiter, network
from ....observability import events
from .. import parameters


def _attempt() -> str:
    name = g.session.name if "session" in g else parameters.form().get("name", "")
    return f"{network(request.remote_addr or '')} {name}"


# Per account and address, so that guessing keeps nobody else out. A correct password counts too: otherwise guessing
# could continue past the limit and still find it.
limit_attempts = limiter.shared_limit(SettingRate("sign-ins"), scope="sign-ins", key_func=_attempt)


def count_failure(reason: str) -> None:
    """Record a wrong password and count it for the address, whatever the account. Raises 429 after too many.

    This limits a few passwords that are tried on many accounts; a correct password is never rejected because of it.
    """
    events.record("authn_login_fail", reason)
    failed_authentication()
