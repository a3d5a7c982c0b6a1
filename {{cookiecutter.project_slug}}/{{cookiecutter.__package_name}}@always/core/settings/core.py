"""The settings that every request, start or command may need."""

from dataclasses import dataclass
from pathlib import Path

from limits import RateLimitItem, parse

from .database import DatabaseUrl
from .declaration import setting
from .fields import Address, Boolean, Choice, Contact, FilePath, Hosts, Integer, Origins, Rate, Secret, Text
from .storage import BACKEND, STRATEGIES, StorageSettings


@dataclass(frozen=True, kw_only=True)
class Settings(StorageSettings):
    """What ``settings.toml``, ``.env`` and the ``APP_`` variables may say. An attribute is the key in lower case."""

    environment: str = setting(
        Choice("production", "development"),
        "where the service runs; production refuses what is only fit for development",
        default="production",
    )
    secret_key: str = setting(
        Secret(),
        "what the service derives its own keys from, such as that of the hash under which the limiter storage knows a "
        "caller",
        secret=True,
    )
    database_url: str = setting(DatabaseUrl(), DatabaseUrl.meaning, secret=True)

    metrics_token: str | None = setting(
        Secret(), "what Prometheus sends to read the metrics; without it nobody can", default=None, secret=True
    )

    service_name: str = setting(Text(), "the name that people see")
    service_description: str = setting(Text(), "what the service is for, in a sentence")
    service_security_contact: str = setting(
        Contact(),
        "where to report a vulnerability, a mailto: or https: address; empty means security@ the first host",
        default="",
    )

    server_address: str = setting(Address(), "the address to listen on", default="127.0.0.1")
    server_port: int = setting(Integer(1, 65535), "the port to listen on", default=8443)
    server_allowed_hosts: tuple[str, ...] = setting(
        Hosts(), "the host names that are ours; a request for another is refused"
    )
    server_workers: int = setting(Integer(1, 256), "worker processes", default=1)
    server_threads: int = setting(Integer(1, 256), "requests that one worker handles at a time", default=8)
    server_connections: int = setting(
        Integer(16, 65536), "connections that one worker holds, the idle ones among them", default=512
    )
    server_tls: bool = setting(Boolean(), "speak TLS here; false only behind a proxy that does", default=True)
    server_tls_minimum: str = setting(Choice("1.2", "1.3"), "the oldest TLS version that is accepted", default="1.2")
    server_certificate: Path = setting(FilePath(), "the certificate chain, PEM", default=Path("certs/server.pem"))
    server_certificate_key: Path = setting(
        FilePath(), "its private key, PEM, PKCS#8", default=Path("certs/server-key.pem")
    )
    server_trusted_proxies: int = setting(
        Integer(0, 8),
        "how many proxies stand before the service; that many X-Forwarded-* entries are believed",
        default=0,
    )
    server_debug: bool = setting(Boolean(), "reload on changes and log more; refused in production", default=False)

    log_level: str = setting(
        Choice("debug", "info", "warning", "error", "critical"),
        "the least grave lines that the journal keeps; libraries never say more than info",
        default="info",
    )
    log_format: str = setting(
        Choice("auto", "json", "text"),
        "how a line is written; auto is text for a terminal and JSON for everything else",
        default="auto",
    )

    metrics_folder: Path = setting(
        FilePath(), "where the workers keep what they count; emptied at each start", default=Path("var/metrics")
    )
    metrics_address: str = setting(Address(), "the address that `flask metrics serve` listens on", default="127.0.0.1")
    metrics_port: int = setting(Integer(1, 65535), "the port that `flask metrics serve` listens on", default=9464)

    requests_max_body: int = setting(
        Integer(1024, 16 * 1024 * 1024), "the largest body that is read, in bytes", default=65536
    )

    cors_origins: tuple[str, ...] = setting(
        Origins(), "the origins whose pages may call the service from a browser", default=()
    )
    cors_max_age: int = setting(
        Integer(0, 86400), "how long a browser may keep the answer to a preflight, in seconds", default=600
    )

    docs_enabled: bool | None = setting(
        Boolean(), "serve the page /docs; left out, it is served in development only", default=None
    )

    limits_backend: str = setting(
        Choice(BACKEND), "the kind of the limiter storage, which was chosen with the service", default=BACKEND
    )
    limits_strategy: str = setting(Choice(*STRATEGIES), "the strategy of all rate limits", default="fixed-window")
    limits_address: RateLimitItem = setting(
        Rate(), "requests from one address (IPv6: one /64)", default=parse("600/minute")
    )
    limits_caller: RateLimitItem = setting(Rate(), "requests of one authenticated caller", default=parse("300/minute"))
    limits_failed_authentications: RateLimitItem = setting(
        Rate(), "failed authentications from one address", default=parse("10/minute")
    )
    limits_unknown_paths: RateLimitItem = setting(
        Rate(), "requests from one address for paths that do not exist", default=parse("30/minute")
    )

    @property
    def production(self) -> bool:
        """Whether the strict rules of production hold."""
        return self.environment == "production"

    @property
    def docs_shown(self) -> bool:
        """Whether the page /docs is served."""
        return not self.production if self.docs_enabled is None else self.docs_enabled

    @property
    def security_contact(self) -> str:
        """The address for reports of vulnerabilities (RFC 9116; RFC 2142 reserves ``security@``)."""
        return self.service_security_contact or f"mailto:security@{self.server_allowed_hosts[0]}"
