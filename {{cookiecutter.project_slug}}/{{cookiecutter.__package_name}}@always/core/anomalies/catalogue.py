"""The anomalies of core. ``auth/backend/events.py`` can add some, and so can ``create_app(anomalies=...)``.

The alert rules in ``ops/prometheus`` repeat the numbers and sentences; a test compares them with these.
"""

from ..limits import network
from ..observability import events
from .rules import Anomaly, DistinctSourcesRule, LogLine, RatioRule, ThresholdRule

SLOW_SECONDS = 0.5  # a bucket of the histogram of response times
UNAVAILABLE = 503


def _failed_authentication(line: LogLine) -> str | None:
    if line["event"] != "authn_login_fail" or line.get("reason") in (events.NO_CREDENTIAL, events.EXPIRED):
        return None
    return network(line.get("address") or "")


def _missing_scope(line: LogLine) -> str | None:
    return line.get("caller") if line["event"] == "authz_fail" else None


def _not_found(line: LogLine) -> str | None:
    if line["event"] != "request" or line["status"] != 404:
        return None
    return line.get("caller") or network(line.get("address") or "")


def _unavailable(line: LogLine) -> str | None:
    if line["event"] == "request" and line["status"] == UNAVAILABLE:
        return "a 503 response"
    return "the limiter storage" if line["event"] == "limiter_storage_unavailable" else None


CATALOGUE: dict[str, Anomaly] = {
    "failed_authentication_burst": ThresholdRule(
        source=_failed_authentication,
        limit=30,
        minutes=5,
        condition="More than {limit} wrong credentials from one network within {minutes} minutes.",
        meaning="Someone is guessing credentials, or a client has lost a valid one.",
        action="Look at the reasons in the log. Block the network at the proxy, or help the client.",
    ),
    "distributed_failed_authentication": DistinctSourcesRule(
        source=_failed_authentication,
        limit=25,
        minutes=10,
        condition="Wrong credentials from more than {limit} networks within {minutes} minutes.",
        meaning="Someone is guessing credentials from many networks, so that none of them reaches its limit.",
        action="Check whether all attempts use one credential, and block it. Add protection at the proxy.",
    ),
    "scope_probing": ThresholdRule(
        source=_missing_scope,
        limit=20,
        minutes=10,
        condition="One caller lacked a required scope more than {limit} times within {minutes} minutes.",
        meaning="A caller is testing its permissions, or a client has too few scopes.",
        action="Ask the owner of the credential. If they do not know about the calls, block it.",
    ),
    "id_enumeration": ThresholdRule(
        source=_not_found,
        limit=60,
        minutes=5,
        condition="More than {limit} responses with status 404 to one caller or network within {minutes} minutes.",
        meaning="Someone is guessing ids or paths.",
        action="Look at the paths in the log. Block the credential, or the network at the proxy.",
    ),
    "rate_limit_pressure": RatioRule(
        matches=lambda line: bool(line["status"] == 429),
        limit=0.1,
        minutes=10,
        at_least=50,
        condition="More than {limit:.0%} of responses, and more than {at_least}, were 429 within {minutes} minutes.",
        meaning="A client sends far too many requests, or a rate limit is too low for legitimate use.",
        action="Find out which limit and which callers it concerns. Contact them, or raise the rate in settings.toml.",
    ),
    "error_rate": RatioRule(
        matches=lambda line: bool(line["status"] >= 500),
        limit=0.02,
        minutes=10,
        at_least=10,
        condition="More than {limit:.0%} of responses, and more than {at_least}, were 5xx within {minutes} minutes.",
        meaning="The service has a defect, or a dependency is unavailable.",
        action="Search the log for the request id of a 5xx line: the same id finds the traceback.",
    ),
    "latency": RatioRule(
        matches=lambda line: bool(line["duration_ms"] > SLOW_SECONDS * 1000),
        limit=0.05,
        minutes=10,
        at_least=10,
        condition="More than {limit:.0%} of responses, and more than {at_least}, took longer than "
        f"{SLOW_SECONDS} seconds within {{minutes}} minutes.",
        meaning="A dependency, such as the database, is slow, or the workers are overloaded.",
        action="Compare the routes. Check the dependencies. Increase threads, or workers if they count together.",
    ),
    "dependency_down": ThresholdRule(
        source=_unavailable,
        limit=0,
        minutes=2,
        monitored=False,
        condition="A dependency, such as the database, was unavailable for {minutes} minutes.",
        meaning="Most requests fail without the database.",
        action="Run `flask doctor` or call /readyz to see which one it is, and restore it.",
    ),
    "certificate_expiry": Anomaly(
        limit=0.25,  # an ACME client renews when a third is left
        minutes=0,
        condition="Less than {limit:.0%} of the lifetime of the certificate and less than 30 days remain.",
        meaning="Clients will refuse to connect once it has expired.",
        action="Renew the certificate, then send SIGHUP to the service or restart it, so that it reads the file.",
    ),
}
