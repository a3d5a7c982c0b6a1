"""What counts as an anomaly: each has its threshold here, for the metrics, the alert rules and ``flask anomalies``.

The alert rules in ``ops/prometheus`` repeat the numbers, since Prometheus reads nothing else; a test holds both
together.
"""

from . import credentials
from .anomaly import Anomaly

SPREAD = "failed_authentication_spread"
ANOMALIES: dict[str, Anomaly] = {
    "failed_authentication_burst": Anomaly(
        limit=30,
        minutes=5,
        of="refused credentials from one network",
        meaning="somebody tries credentials, or a client has lost a valid one",
        action="look at the reasons in the journal; block the network at the proxy, or give the client a new one",
    ),
    SPREAD: Anomaly(
        limit=25,
        minutes=10,
        of="networks with refused credentials",
        meaning="credentials are tried from many places at once, so that no single one stands out",
        action="look whether one credential id is behind it: revoke it if it leaked; raise the guard at the proxy",
    ),
    "scope_probing": Anomaly(
        limit=20,
        minutes=10,
        of="refusals of one caller for a missing scope",
        meaning="a caller tries what it may do, or a client is set up with too few scopes",
        action="ask the owner of the credential; revoke it when nobody knows of the calls",
    ),
    "id_walking": Anomaly(
        limit=60,
        minutes=5,
        of="404 answers to one caller, or to one network without a credential",
        meaning="somebody walks over ids or guesses paths",
        action="look at the paths in the journal; revoke the credential or block the network",
    ),
    "limit_pressure": Anomaly(
        limit=0.10,
        minutes=10,
        of="of all answers are 429",
        meaning="a client calls far too often, or the budgets are too tight for honest use",
        action="see which budget is used up and by whom; talk to the caller, or raise the rate in settings.toml",
        at_least=50,
    ),
    "error_rate": Anomaly(
        limit=0.02,
        minutes=10,
        of="of all answers are 5xx",
        meaning="something is broken, or a part that the service needs is away",
        action="find the request ids of the 5xx lines in the journal: the stack stands beside them",
        at_least=10,
    ),
    "latency": Anomaly(
        limit=0.5,
        minutes=10,
        of="seconds are exceeded by one answer in twenty",
        meaning="callers wait: the database, the limiter storage or the workers are too slow or too few",
        action="compare the routes; look at the database and the storage; raise workers or threads",
        at_least=100,
    ),
    "part_away": Anomaly(
        limit=0,
        minutes=2,
        of="times a part did not answer",
        meaning="the database or the limiter storage is away; without the storage each worker counts alone",
        action="bring it back; /readyz and `flask doctor` tell which one it is",
    ),
    "certificate_expiry": Anomaly(
        limit=14,
        minutes=0,
        of="days or fewer are left to the certificate",
        meaning="clients will refuse the service when it has expired",
        action="renew the certificate and restart the service: the one on disk is read at the start",
    ),
    **credentials.ANOMALIES,
}
