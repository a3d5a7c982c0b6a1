"""What ``flask doctor`` looks at for the tokens of a provider."""

from collections.abc import Iterator

from flask import Flask

from ...diagnostics import Check, Finding
from . import protected_resource
from .fetching import ProviderUnavailable
from .trust import trusted


def reached(app: Flask) -> Iterator[Finding]:
    """Find a provider that does not answer, or not with keys for its tokens."""
    provider = trusted(app).provider
    if provider is None:
        return  # the local issuer is always there
    try:
        provider.fetch_keys()
    except ProviderUnavailable as error:
        yield Finding(str(error), "look at APP_PROVIDER_ISSUER, APP_PROVIDER_METADATA and APP_PROVIDER_CA")


checks = (
    Check("provider", "it answers, and has keys for its tokens", reached),
    protected_resource.check,
)
