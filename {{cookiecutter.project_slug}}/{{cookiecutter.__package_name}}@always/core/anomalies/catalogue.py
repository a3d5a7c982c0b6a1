"""What counts as an anomaly: each has its threshold here, for the metrics, the alert rules and ``flask anomalies``.

The alert rules in ``ops/prometheus`` repeat the numbers, since Prometheus reads nothing else; a test holds both
together.
"""

from .anomaly import Anomaly

__all__ = ["ANOMALIES", "NO_CALLS", "SLOW", "SPREAD", "Anomalies", "Anomaly"]

SPREAD = "failed_authentication_spread"
SLOW = 0.5  # seconds; one of the bounds of the histogram
# Probes and scrapes would dilute every share of the answers.
NO_CALLS = frozenset({"/healthz", "/readyz", "/metrics"})


class Anomalies(dict[str, Anomaly]):
    """The anomalies of an application by name."""


ANOMALIES: dict[str, Anomaly] = {
    "failed_authentication_burst": Anomaly(
        limit=30,
        minutes=5,
        told="More than {limit} refused credentials from one network within {minutes} minutes.",
        meaning="Somebody tries credentials, or a client has lost a valid one.",
        action="Look at the reasons in the journal; block the network at the proxy, or help the client.",
    ),
    SPREAD: Anomaly(
        limit=25,
        minutes=10,
        told="Refused credentials from more than {limit} networks within {minutes} minutes.",
        meaning="Credentials are tried from many places at once, so that no single one stands out.",
        action="Look whether one credential is behind it and revoke it; raise the guard at the proxy.",
    ),
    "scope_probing": Anomaly(
        limit=20,
        minutes=10,
        told="One caller was refused more than {limit} times for a missing scope within {minutes} minutes.",
        meaning="A caller tries what it may do, or a client was given too few scopes.",
        action="Ask the owner of the credential; revoke it when nobody knows of the calls.",
    ),
    "id_walking": Anomaly(
        limit=60,
        minutes=5,
        told="More than {limit} answers 404 to one caller, or one network, within {minutes} minutes.",
        meaning="Somebody walks over ids or guesses paths.",
        action="Look at the paths in the journal; revoke the credential, or block the network at the proxy.",
    ),
    "limit_pressure": Anomaly(
        limit=0.1,
        minutes=10,
        told="More than {limit:.0%} of all answers, and {at_least} of them, were 429 within {minutes} minutes.",
        meaning="A client calls far too often, or a budget is too tight for honest use.",
        action="See which budget is used up and by whom; talk to the caller, or raise the rate in settings.toml.",
        at_least=50,
    ),
    "error_rate": Anomaly(
        limit=0.02,
        minutes=10,
        told="More than {limit:.0%} of all answers, and {at_least} of them, were 5xx within {minutes} minutes.",
        meaning="Something is broken, or a part that the service needs is away.",
        action="Take a request id from a 5xx line of the journal: the line before it holds the stack.",
        at_least=10,
    ),
    "latency": Anomaly(
        limit=0.05,
        minutes=10,
        told=f"More than {{limit:.0%}} of all answers, and {{at_least}} of them, took over {SLOW} s "
        "within {minutes} minutes.",
        meaning="Callers wait: the database, the limiter storage or the workers are too slow or too few.",
        action="Compare the routes; look at the database and the storage; raise workers or threads.",
        at_least=10,
    ),
    "dependency_down": Anomaly(
        limit=0,
        minutes=2,
        told="The database or the limiter storage did not answer for {minutes} minutes.",
        meaning="Without the database most calls fail; without the storage each worker counts alone.",
        action="Bring it back; /readyz and `flask doctor` tell which one it is.",
    ),
    "certificate_expiry": Anomaly(
        limit=14,
        minutes=0,
        told="The certificate ends within {limit} days.",
        meaning="Clients will refuse the service when it has ended.",
        action="Renew the certificate, then restart the service: it reads the certificate when it starts.",
    ),
}
