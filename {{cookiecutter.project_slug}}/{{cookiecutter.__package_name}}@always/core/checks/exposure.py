"""What of the service can be reached, from where, and how much it believes."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask

from ..diagnostics import Finding
from ..settings import Settings, get_settings
from ..settings.fields import GENERATE_HINT

LOCAL = {"localhost", "127.0.0.1", "::1", "[::1]"}


def hosts(app: Flask) -> Iterator[Finding]:
    """Find a production that only knows names of this machine."""
    settings = get_settings(app, Settings)
    if settings.production and LOCAL.issuperset(settings.server_allowed_hosts):
        yield Finding("every host is a name of this machine", "add the public name to `hosts` in settings.toml")


def proxies(app: Flask) -> Iterator[Finding]:
    """Find plain HTTP that no proxy protects, and proxies that are not counted."""
    settings = get_settings(app, Settings)
    declared = settings.server_trusted_proxies
    if not settings.server_tls and not declared:
        yield Finding("plain HTTP, and no proxy that speaks TLS", "turn `tls` on, or declare `proxies`")
    if settings.production and not declared and _loopback(settings.server_address):
        yield Finding(
            f"only this machine reaches {settings.server_address}, and no proxy is declared: all callers would count "
            "as one address",
            "set `proxies` to their number, or `address` to one that callers reach",
            severity="warning",
        )
    if settings.server_tls and declared > 1:
        yield Finding(
            f"{declared} proxies are believed: with fewer in the way, callers choose their own address",
            "set `proxies` to the number that every request passes",
            severity="warning",
        )


def origins(app: Flask) -> Iterator[Finding]:
    """Find origins of a developer's machine in production."""
    settings = get_settings(app, Settings)
    for origin in settings.cors_origins:
        if settings.production and urlsplit(origin).hostname in LOCAL:
            yield Finding(f"{origin} may call in production", "remove it from `origins` in settings.toml")


def debug(app: Flask) -> Iterator[Finding]:
    """Find debug mode where it does not belong."""
    settings = get_settings(app, Settings)
    if settings.production and (app.debug or settings.server_debug):
        yield Finding("it is on", "remove APP_SERVER_DEBUG and FLASK_DEBUG")


def docs(app: Flask) -> Iterator[Finding]:
    """Find the page of the documentation in production: a choice, and one to know of."""
    settings = get_settings(app, Settings)
    if settings.production and settings.docs_shown:
        yield Finding("the page /docs is open to anyone", "remove `enabled` from [docs]", severity="warning")


def metrics(app: Flask) -> Iterator[Finding]:
    """Find a production whose figures nobody can read: no alert would ever fire."""
    settings = get_settings(app, Settings)
    if settings.production and not settings.metrics_token:
        mend = f"set APP_METRICS_TOKEN: {GENERATE_HINT}"
        yield Finding("nobody can read them: there is no metrics token", mend, severity="warning")


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address in LOCAL
