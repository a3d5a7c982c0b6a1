"""What makes the service record the events of tokens: there are none, they happen at the provider."""

from collections.abc import Callable, Mapping

from flask.testing import FlaskClient

MakeCaller = Callable[..., FlaskClient]
Trigger = Callable[[MakeCaller], None]
SETTINGS: Mapping[str, Mapping[str, str]] = {}
OF_OPERATORS: frozenset[str] = frozenset()
TRIGGERS: Mapping[str, Trigger] = {}
