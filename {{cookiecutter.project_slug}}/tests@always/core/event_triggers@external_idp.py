"""Requests that trigger the security events of the backend: none, since the provider records them."""

from collections.abc import Callable, Mapping

from flask.testing import FlaskClient

MakeCaller = Callable[..., FlaskClient]
Trigger = Callable[[MakeCaller], None]
SETTINGS: Mapping[str, Mapping[str, str]] = {}
BY_OPERATORS: frozenset[str] = frozenset()
TRIGGERS: Mapping[str, Trigger] = {}
