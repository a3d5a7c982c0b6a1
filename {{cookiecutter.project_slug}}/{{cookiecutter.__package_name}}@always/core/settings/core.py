"""The settings of core."""

from dataclasses import dataclass
from pathlib import Path

from limits import RateLimitItem, parse

from .database import DatabaseSettings
from .declaration import setting
from .fields import Boolean, Choice, Contact, FieldNames, FilePath, Hosts, Integer, IPAddress, Line, Rate, Secret
from .origins import LOCAL_HOSTS, Origins
from .storage import BACKEND, STRATEGIES, StorageSettings


@dataclass(frozen=True, kw_only=True)
class Settings(StorageSettings, DatabaseSettings):
    """Settings of core: ``server_port`` is ``port`` under ``[server]`` in ``settings.toml``, or ``APP_SERVER_PORT``."""

    environment: str = setting(
        Choice("production", "development"),
        "the environment; production refuses to start with a configuration that is only safe in development",
        default="production",
    )
    secret_key: str = setting(
        Secret(),
        "the secret from which the service derives its other keys, for example to hash callers in the limiter storage",
        secret=True,
    )

    metrics_token: str | None = setting(
        Secret(),
        "the bearer token with which Prometheus reads /metrics; without a token, the metrics cannot be read",
        default=None,
        secret=True,
    )
    metrics_token_previous: str | None = setting(
        Secret(), "the other metrics token that is accepted during a rotation", default=None, secret=True
    )

    service_name: str = setting(Line(), "the name of the service, as shown to users")
    service_description: str = setting(Line(), "the purpose of the service in one sentence")
    service_security_contact: str = setting(
        Contact(),
        "the contact for vulnerability reports, a mailto: or https: URI; by default security@HOST, where HOST is the "
        "first allowed host that is not local",
        default="",
    )

    server_address: str = setting(IPAddress(), "the address to listen on", default="127.0.0.1")
    server_port: int = setting(Integer(1, 65535), "the port to listen on", default=8443)
    server_allowed_hosts: tuple[str, ...] = setting(Hosts(), "the host names of the service; others are rejected")
    server_workers: int = setting(Integer(1, 256), "number of worker processes", default=1)
    server_threads: int = setting(
        Integer(1, 256), "number of threads per worker; more are started while clients send bodies slowly", default=8
    )
    server_connections: int = setting(
        Integer(16, 65536), "maximum number of connections per worker, including idle ones", default=4096
    )
    server_tls: bool = setting(Boolean(), "serve over TLS; false only behind a proxy that terminates TLS", default=True)
    server_tls_minimum: str = setting(Choice("1.2", "1.3"), "minimum TLS version", default="1.2")
    server_certificate: Path = setting(FilePath(), "certificate chain (PEM)", default=Path("certs/server.pem"))
    server_certificate_key: Path = setting(
        FilePath(), "private key of the certificate (PEM, PKCS#8)", default=Path("certs/server-key.pem")
    )
    server_trusted_proxies: int = setting(
        Integer(0, 8),
        "number of reverse proxies in front of the service; as many X-Forwarded-* entries are trusted",
        default=0,
    )
    server_shutdown_delay: int = setting(
        Integer(0, 300),
        "seconds from SIGTERM, when /readyz begins to fail, to the stop: time for load balancers to notice it",
        default=0,
    )
    server_debug: bool = setting(Boolean(), "serve changed code without restart; refused in production", default=False)

    log_level: str = setting(
        Choice("debug", "info", "warning", "error", "critical"),
        "minimum log level; library loggers are capped at info",
        default="info",
    )
    log_format: str = setting(
        Choice("auto", "json", "text"), "log format; auto means text on a terminal and JSON otherwise", default="auto"
    )

    metrics_folder: Path = setting(
        FilePath(), "folder of the metrics files of the workers; emptied at startup", default=Path("var/metrics")
    )
    metrics_address: str = setting(IPAddress(), "address of `flask metrics serve`", default="127.0.0.1")
    metrics_port: int = setting(Integer(1, 65535), "port of `flask metrics serve`", default=9464)

    requests_max_body: int = setting(Integer(1024, 16 * 1024 * 1024), "maximum size of a body in bytes", default=65536)

    cors_origins: tuple[str, ...] = setting(
        Origins(), "the origins of web pages, apps and extensions that may call the service from a browser", default=()
    )
    cors_request_headers: tuple[str, ...] = setting(
        FieldNames(),
        "more request headers that they may send, such as sentry-trace, baggage or X-Requested-With",
        default=(),
    )
    cors_max_age: int = setting(Integer(0, 86400), "seconds that a browser may cache a preflight response", default=600)

    docs_enabled: bool | None = setting(Boolean(), "serve the page /docs; by default in development only", default=None)

    limits_backend: str = setting(
        Choice(BACKEND), "the limiter storage; chosen when the service was generated", default=BACKEND
    )
    limits_strategy: str = setting(Choice(*STRATEGIES), "how requests are counted", default="fixed-window")
    limits_address: RateLimitItem = setting(
        Rate(), "requests from one address (IPv6: from one /64)", default=parse("600/minute")
    )
    limits_caller: RateLimitItem = setting(Rate(), "requests of one authenticated caller", default=parse("300/minute"))
    limits_failed_authentications: RateLimitItem = setting(
        Rate(), "failed authentications from one address", default=parse("10/minute")
    )
    limits_unknown_paths: RateLimitItem = setting(
        Rate(), "requests for unknown paths from one address", default=parse("30/minute")
    )

    @property
    def production(self) -> bool:
        """Whether the service runs in production."""
        return self.environment == "production"

    @property
    def docs_shown(self) -> bool:
        """Whether the page /docs is served."""
        return not self.production if self.docs_enabled is None else self.docs_enabled

    @property
    def public_host(self) -> str:
        """The first allowed host that is not local, or else the first one."""
        public = [host for host in self.server_allowed_hosts if host not in LOCAL_HOSTS]
        return (public or self.server_allowed_hosts)[0]

    @property
    def security_contact(self) -> str:
        """The contact for vulnerability reports (RFC 9116; RFC 2142 reserves ``security@``)."""
        return self.service_security_contact or f"mailto:security@{self.public_host}"
