"""Checks of what clients can reach, and of what the service trusts."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask

from ..diagnostics import Finding
from ..settings import Settings, get_settings
from ..settings.fields import GENERATE_HINT
from ..settings.origins import LOCAL_HOSTS, is_private
from ..settings.storage import SHARED


def hosts(app: Flask) -> Iterator[Finding]:
    """Report a service in production that allows only host names of its machine."""
    settings = get_settings(app, Settings)
    if settings.production and LOCAL_HOSTS.issuperset(settings.server_allowed_hosts):
        yield Finding("only local host names are allowed", "add the public one to `allowed_hosts` in settings.toml")


def proxies(app: Flask) -> Iterator[Finding]:
    """Report plain HTTP without a proxy, and a number of trusted proxies that is probably wrong."""
    settings = get_settings(app, Settings)
    trusted = settings.server_trusted_proxies
    if not settings.server_tls and not trusted:
        yield Finding(
            "APP_SERVER_TLS is false and APP_SERVER_TRUSTED_PROXIES is 0, so credentials would not be encrypted",
            "enable TLS, or set APP_SERVER_TRUSTED_PROXIES to the number of proxies in front of the service",
        )
    if settings.production and not trusted and ip_address(settings.server_address).is_loopback:
        yield Finding(
            f"only this machine can reach {settings.server_address}, but no proxy is trusted, so that all callers "
            "would count as one address",
            "set `trusted_proxies` to the number of proxies, or `address` to one that clients can reach",
            "warning",
        )
    if settings.production and trusted:
        yield Finding(
            "the proxy must send X-Forwarded-For and X-Forwarded-Proto, and drop header names with underscores, which "
            "cannot be checked from here: the server reads X_Forwarded_For as X-Forwarded-For, so a client could forge "
            "its address",
            "use `deploy/Caddyfile` or `deploy/nginx.conf`, or configure another proxy as docs/deployment.md describes",
            "warning",
        )
    if settings.production and settings.server_tls:
        yield Finding(
            "the TLS handshake of the service does not offer X25519MLKEM768, which resists quantum computers",
            "let `deploy/Caddyfile` terminate TLS if recorded traffic must remain secret for many years",
            "warning",
        )
    if settings.server_tls and trusted > 1:
        yield Finding(
            f"{trusted} proxies are trusted; if a request passes fewer, its client can forge its address",
            "set `trusted_proxies` to the number of proxies that every request passes",
            "warning",
        )


def private_origins(app: Flask) -> Iterator[Finding]:
    """Report origins with plain http in a private network, which anyone in that network can imitate."""
    settings = get_settings(app, Settings)
    for origin in settings.cors_origins if settings.production else ():
        parts = urlsplit(origin)
        if parts.scheme == "http" and is_private(parts.hostname or ""):
            yield Finding(
                f"the origin {origin} is allowed, but production does not allow plain http in a private network",
                "remove it from `origins` in settings.toml, or serve the page over https",
            )


def origins(app: Flask) -> Iterator[Finding]:
    """Report origins on a developer's machine, and origins with plain http in a private network."""
    yield from private_origins(app)
    settings = get_settings(app, Settings)
    for origin in settings.cors_origins if settings.production else ():
        parts = urlsplit(origin)
        if parts.scheme in ("http", "https") and parts.hostname in LOCAL_HOSTS:
            is_app = parts.netloc == "localhost"  # such as one with Capacitor on Android
            hint = f"remove it from `origins` in settings.toml{', unless it is that of an app' if is_app else ''}"
            yield Finding(f"{origin} is allowed in production", hint, "warning" if is_app else "error")


def debug(app: Flask) -> Iterator[Finding]:
    """Report debug mode in production."""
    settings = get_settings(app, Settings)
    if settings.production and (app.debug or settings.server_debug):
        yield Finding("debug mode is on, which production does not allow", "unset APP_SERVER_DEBUG and FLASK_DEBUG")


def workers(app: Flask) -> Iterator[Finding]:
    """Report workers that do not count together."""
    settings = get_settings(app, Settings)
    if not SHARED and settings.server_workers > 1:
        yield Finding(
            f"{settings.server_workers} workers each count in their own memory, which multiplies every rate limit",
            "set APP_SERVER_WORKERS to 1, or use a shared limiter storage (docs/operations.md, Grow)",
            "error" if settings.production else "warning",
        )


def docs(app: Flask) -> Iterator[Finding]:
    """Report the page /docs in production, which may be intended."""
    settings = get_settings(app, Settings)
    if settings.production and settings.docs_shown:
        yield Finding("the page /docs is public", "remove `enabled` from [docs] unless this is intended", "warning")


def metrics(app: Flask) -> Iterator[Finding]:
    """Report a service in production without a metrics token, for which no alert would fire."""
    settings = get_settings(app, Settings)
    if settings.production and not settings.metrics_token:
        hint = f"set APP_METRICS_TOKEN: {GENERATE_HINT}"
        yield Finding("Prometheus cannot read the metrics without a metrics token", hint, "warning")
