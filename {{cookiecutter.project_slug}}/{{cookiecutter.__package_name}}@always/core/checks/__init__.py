"""The checks of ``flask doctor``. Each runs in the context of the application that it checks."""

from flask import Flask

from .. import telemetry
from ..auth import backend
from ..diagnostics import Check, Finding
from ..settings import ConfigurationError
from . import dependencies, exposure, files

CHECKS: tuple[Check, ...] = (
    Check("secrets", "every secret has its own value", files.reused_secrets),
    Check("files", "only the owner can read files with secrets", files.readable_by_others),
    Check("certificate", "valid for every allowed host, and not about to expire", files.invalid_certificate),
    Check("hosts", "the allowed hosts suit the environment", exposure.hosts),
    Check("proxies", "TLS and the trusted proxies are consistent", exposure.proxies),
    Check("cors", "the allowed origins suit the environment", exposure.origins),
    Check("debug", "debug mode is off", exposure.debug),
    Check("docs", "the page /docs is served in development only", exposure.docs),
    Check("metrics", "a token protects the metrics", exposure.metrics),
    Check("telemetry", "traces and error reports have valid variables and their libraries", telemetry.findings),
    Check("migrations", "the database is up to date", dependencies.migrations),
    Check("dependencies", "all dependencies are available", dependencies.unavailable),
    Check("limits", "all workers count together", dependencies.limits),
    Check("clock", "the clock agrees with the database and the files", dependencies.clock),
    *backend.CHECKS,
)

# The service does not start if one of these reports an error.
REQUIRED = (exposure.proxies, exposure.debug, exposure.private_origins, exposure.workers, telemetry.findings)


class UnsafeConfiguration(ConfigurationError):
    """What a required check has found in ``app``, which ``flask doctor`` examines nevertheless."""

    def __init__(self, finding: Finding, app: Flask) -> None:
        super().__init__(str(finding))
        self.app = app


def refuse_unsafe(app: Flask) -> None:
    """Raise ``UnsafeConfiguration`` if a required check finds an error."""
    for check in REQUIRED:
        for finding in check(app):
            if finding.severity == "error":
                raise UnsafeConfiguration(finding, app)
