"""Decide about ``APP_`` variables that are not settings: a misspelled one is an error, a foreign one is ignored.

Platforms set variables with this prefix too: images set ``APP_ROOT``, Kubernetes ``APP_PORT`` for a Service named app.
"""

import re
from collections.abc import Iterable, Mapping

from .declaration import PREFIX, Field

MAX_EDITS = 2
# What Kubernetes sets in each pod for a Service, by the name of the Service.
KUBERNETES = re.compile(r"\w+_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)")


def find_mistakes(variables: Iterable[str], declared: Mapping[str, Field]) -> dict[str, str]:
    """Return what is wrong with each of these unknown variables that is not a foreign one."""
    known = [PREFIX + "SETTINGS"]
    for name, field in declared.items():
        known += [PREFIX + name.upper()] + [f"{PREFIX}{name.upper()}_FILE"] * field.metadata["secret"]
    tables = {name.partition("_")[0] for name, each in declared.items() if "_" in name and not each.metadata["secret"]}
    mistakes = {}
    for variable in variables:
        similar = min(known, key=lambda name: _edits(variable.upper(), name))
        table, _, key = variable.removeprefix(PREFIX).lower().partition("_")
        if _edits(variable.upper(), similar) <= MAX_EDITS:
            mistakes[variable] = f"did you mean {similar}?"
        elif table in tables and key and not KUBERNETES.fullmatch(variable):
            mistakes[variable] = f"[{table}] has no such setting."
    return mistakes


def _edits(one: str, other: str) -> int:
    """Return the number of characters to insert, delete or replace (Levenshtein), or a larger one above the maximum."""
    if abs(len(one) - len(other)) > MAX_EDITS:
        return MAX_EDITS + 1
    row = list(range(len(other) + 1))
    for i, character in enumerate(one, 1):
        previous, row = row, [i]
        for j, candidate in enumerate(other, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (character != candidate)))
    return row[-1]
