"""The settings of the provider: the URL of its metadata or of its keys, and its tenants."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from tests.core.identity_provider import IdentityProvider, provider

__all__ = ["provider"]

MakeApp = Callable[..., Flask]
ME = "/api/v1/me"
KEYS = "/keys"


def test_the_urls_of_metadata_and_keys_may_have_a_query(
    make_app: MakeApp, provider: IdentityProvider, service: ModuleType
) -> None:
    metadata = f"{provider.issuer}/.well-known/openid-configuration"
    query = "?appid=3c9f4b0e-7f0d-4d43-8d3b-0f6d5e2a9c10"
    for settings in ({"provider_metadata": metadata + query}, {"provider_keys": f"{provider.issuer}{KEYS}{query}"}):
        client = make_app(**provider.settings, **settings).test_client()
        assert client.get(ME, headers={"Authorization": f"Bearer {provider.token()}"}).status_code == 200
    assert {path.partition("?")[2] for path in provider.asked} == {query[1:], ""}
    with pytest.raises(service.core.settings.ConfigurationError, match="https://host/path"):
        make_app(provider_issuer=provider.issuer + query)


def test_the_url_of_the_keys_replaces_the_metadata(make_app: MakeApp, provider: IdentityProvider) -> None:
    issuer = "http://adfs.example/adfs/services/trust"
    client = make_app(
        **provider.settings | {"provider_issuer": issuer, "provider_keys": f"{provider.issuer}{KEYS}"}
    ).test_client()
    me = client.get(ME, headers={"Authorization": f"Bearer {provider.token(iss=issuer)}"}).json
    assert me["id"] == f"{issuer}#ada"
    assert provider.asked == [KEYS]
    assert "authorization_servers" not in client.get("/.well-known/oauth-protected-resource").json


@pytest.mark.control("J4", "J10")
def test_tenants_have_their_own_callers_and_their_own_keys(make_app: MakeApp, provider: IdentityProvider) -> None:
    provider.metadata["issuer"] = template = f"{provider.issuer}/{{tenantid}}"
    metadata = f"{provider.issuer}/.well-known/openid-configuration"
    settings = provider.settings | {"provider_issuer": template, "provider_metadata": metadata}
    provider.published[0]["issuer"] = template
    client = make_app(**settings, provider_tenants="one,two").test_client()

    def me(tenant: str) -> Any:
        token = provider.token(iss=f"{provider.issuer}/{tenant}")
        return client.get(ME, headers={"Authorization": f"Bearer {token}"})

    assert [me(tenant).json.get("id") for tenant in ("one", "two")] == [
        f"{provider.issuer}/{tenant}#ada" for tenant in ("one", "two")
    ]
    assert {me(tenant).status_code for tenant in ("three", "{tenantid}", "", "one/", "ONE")} == {401}
    document = client.get("/.well-known/oauth-protected-resource").json
    assert document["authorization_servers"] == [f"{provider.issuer}/one", f"{provider.issuer}/two"]
    # A key of a single tenant is not trusted for the others.
    provider.rotate()
    provider.published[0]["issuer"] = f"{provider.issuer}/one"
    client = make_app(**settings, provider_tenants="one,two").test_client()
    assert {me(tenant).status_code for tenant in ("one", "two")} == {401}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"provider_issuer": "https://idp.example/{tenantid}"}, "APP_PROVIDER_TENANTS"),
        ({"provider_tenants": "one"}, "APP_PROVIDER_TENANTS"),
        ({"provider_issuer": "http://adfs.example/adfs/services/trust"}, "APP_PROVIDER_KEYS"),
        ({"provider_keys": "http://adfs.example/adfs/discovery/keys"}, "APP_PROVIDER_KEYS"),
    ],
)
def test_contradictory_settings_prevent_startup(
    make_app: MakeApp, provider: IdentityProvider, service: ModuleType, settings: dict[str, str], named: str
) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=named):
        make_app(**provider.settings | settings)
