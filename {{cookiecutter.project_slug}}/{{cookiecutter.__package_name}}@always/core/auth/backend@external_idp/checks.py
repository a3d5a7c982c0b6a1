"""The checks of ``flask doctor`` for the provider."""

from collections.abc import Iterator

from flask import Flask

from ...diagnostics import Check, Finding
from . import protected_resource, trusted_issuer
from .fetching import ProviderUnavailable


def provider_available(app: Flask) -> Iterator[Finding]:
    """Report a provider that does not respond or publishes no usable key."""
    provider = trusted_issuer.get(app).provider
    if provider is None:
        return  # the local issuer needs no network
    try:
        provider.fetch_keys()
    except ProviderUnavailable as error:
        yield Finding(
            str(error), "check APP_PROVIDER_ISSUER, APP_PROVIDER_METADATA, APP_PROVIDER_KEYS and APP_PROVIDER_CA"
        )


CHECKS = (
    Check("provider", "the provider responds and publishes signing keys", provider_available),
    protected_resource.check,
)
