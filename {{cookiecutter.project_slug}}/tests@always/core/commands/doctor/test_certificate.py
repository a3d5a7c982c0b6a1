"""``flask doctor`` finds a certificate of another host, of the development CA, or that expires soon."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from dev import ca
from tests.core.commands.doctor.report import DEVELOPMENT, Report


def test_a_certificate_of_another_host_is_found(report: Report) -> None:
    assert "api.example" in report(server_allowed_hosts="localhost, api.example")["certificate"][-1]


def test_the_certificate_of_a_proxy_is_not_checked(report: Report) -> None:
    proxied = {"server_tls": "false", "server_trusted_proxies": "1"}
    status, message = report(**proxied)["certificate"]
    assert status == "warning"
    assert message.startswith("the proxy has the certificate")
    assert report(**proxied, **DEVELOPMENT)["certificate"][0] == "ok"


def test_a_certificate_that_expires_soon_is_found(report: Report) -> None:
    with time_machine.travel(timedelta(days=80), tick=False):
        assert "expires in 9 days" in report(**DEVELOPMENT)["certificate"][1]


@pytest.mark.parametrize(("lifetime", "notice"), [(6, 1.5), (47, 11.75), (90, 22.5), (365, 30)])
def test_the_notice_before_a_certificate_expires_suits_its_lifetime(
    report: Report, tmp_path: Path, lifetime: int, notice: float
) -> None:
    """It is later than the renewal by an ACME client, which renews when a third of the lifetime is left."""
    pem = ca.create_ca("a CA", 730).encode()
    (tmp_path / "server.pem").write_text(ca.create_server(pem, pem, lifetime))
    files = {name: str(tmp_path / "server.pem") for name in ("server_certificate", "server_certificate_key")}
    for left, status in ((lifetime / 3, "ok"), (notice + 0.1, "ok"), (notice - 0.1, "warning")):
        with time_machine.travel(timedelta(days=lifetime - left), tick=False):
            assert report(**DEVELOPMENT, **files)["certificate"][0] == status


def test_the_development_certificate_is_found_in_production(report: Report) -> None:
    assert "development CA" in report()["certificate"][1]
