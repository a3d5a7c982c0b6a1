"""Which of the long tests run outside CI. CI runs all of them."""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

import pytest

from tests.environment import VARIANTS
from tests.template import CHOICES, label

# The services in which the slow tests run, too.
WHOLE = [
    "api_key-memcached-postgresql",
    "oauth2-valkey-postgresql",
    "external_idp-redis-postgresql",
]
# The services that are tested outside CI, too: the default one, and those above.
TESTED_LOCALLY = [VARIANTS[0], *(variant for variant in VARIANTS if label(variant) in WHOLE)]


def sample(
    values: Iterable[Any], always: Container[Any], name: Callable[[Any], str] = str
) -> list[Any]:
    """Return parameters with these names; those that are not in ``always`` run only in CI."""
    return [
        pytest.param(value, marks=() if value in always else pytest.mark.exhaustive, id=name(value))
        for value in values
    ]


def is_in_half(variant: Mapping[str, str]) -> bool:
    """Select half of the core variants: together they contain each pair of answers."""
    return position(variant) % 2 == 0


def position(variant: Mapping[str, str]) -> int:
    """Return the sum of the positions of the answers among the choices."""
    return sum(CHOICES[question].index(answer) for question, answer in variant.items())
