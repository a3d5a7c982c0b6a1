"""What the service tells of itself: the journal, the security events, the metrics, and what of them is an anomaly."""

from collections.abc import Callable
from contextlib import suppress

from flask import Flask

from .. import certificate
from ..settings import InForce, Settings
from . import events, journal, metrics, redaction, terminal
from .watch import WATCHED, Hit, Watch

__all__ = ["events", "init_app", "journal", "metrics", "redaction", "terminal"]


def init_app(app: Flask, hit: Hit, network: Callable[[str], str]) -> None:
    """Begin to count; ``hit`` counts on a budget of the limiter, ``network`` tells whom an address counts as."""
    counted = app.extensions["metrics"] = metrics.Metrics()
    app.extensions["watch"] = Watch(hit, network, counted)
    counted.expect(events.LEVELS, WATCHED)
    in_force: InForce = app.extensions["settings"]
    settings, root = in_force[Settings], in_force.root
    if settings.server_tls:
        # As it stands at the start: that is the one a worker answers with, whatever is on the disk later.
        with suppress(OSError):
            chain, key = root / settings.server_certificate, root / settings.server_certificate_key
            counted.certificate_ends(certificate.ends(chain, key, None))
