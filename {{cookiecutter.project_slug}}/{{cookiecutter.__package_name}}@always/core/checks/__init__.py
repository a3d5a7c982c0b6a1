"""What ``flask doctor`` looks at. Each check is called in the context of the application that it examines."""

from ..auth import backend
from ..diagnostics import Check
from . import certificate, dependencies, exposure, files, secret

CHECKS: tuple[Check, ...] = (
    Check("secrets", "each is used for one thing", secret.each_its_own),
    Check("files", "only their owner can read those with secrets", files.private),
    Check("certificate", "it holds for every host and for weeks to come", certificate.sound),
    Check("hosts", "they name this service", exposure.hosts),
    Check("proxies", "as many are believed as there are", exposure.proxies),
    Check("cors", "only named origins may call", exposure.origins),
    Check("debug", "it is off", exposure.debug),
    Check("docs", "the page is served in development only", exposure.docs),
    Check("metrics", "who has the token can read them", exposure.metrics),
    Check("migrations", "the database has its newest tables", dependencies.migrated),
    Check("storages", "they answer", dependencies.answering),
    Check("limits", "all workers count together", dependencies.counting_together),
    Check("clock", "it agrees with the database and with the files", dependencies.clock),
    *backend.CHECKS,
)

__all__ = ["CHECKS"]
