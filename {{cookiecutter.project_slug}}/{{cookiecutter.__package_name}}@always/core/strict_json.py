"""Strict JSON: what RFC 8259 leaves open is refused.

Only UTF-8 without a byte order mark; no name twice in an object, since parsers differ in which one they take; no NaN
or infinity, no number that a double cannot hold; no name that UTF-8 cannot write; bounded depth and number of names.
"""

import json
import re
from collections.abc import Iterable
from math import isfinite
from typing import Any

MAX_DEPTH = 16
MAX_NAMES = 1000
# A string, or one bracket outside of strings. A string without an end goes to the end of the body: if it were none, the
# search would begin again at each quote in it, which takes seconds.
_STRUCTURE = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


class NotStrict(ValueError):
    """The text is not the JSON that is read here; the message says why, for the caller."""


def parse(content: bytes) -> Any:
    """Return the value that ``content`` writes. Raises ``NotStrict``."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrict("The body is not UTF-8.") from None
    _bound_depth(content)
    names = 0

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal names
        found = dict(pairs)
        names += len(pairs)
        if len(found) != len(pairs):
            raise NotStrict("A name stands twice in one object.")
        if names > MAX_NAMES:
            raise NotStrict(f"The body has more than {MAX_NAMES} names.")
        _writable(found)
        return found

    try:
        return json.loads(
            text, object_pairs_hook=unique, parse_constant=_no_constant, parse_float=_finite, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        raise NotStrict(f"The body is not JSON: line {error.lineno}, column {error.colno}.") from None


def _bound_depth(content: bytes) -> None:
    # Counted before parsing: the parser recurses, and deep nesting would exhaust its stack.
    if content.count(b"[") + content.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _STRUCTURE.finditer(content):
        depth += _STEP.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise NotStrict(f"The body is nested more than {MAX_DEPTH} deep.")


def _no_constant(name: str) -> Any:
    raise NotStrict(f"{name} is no JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise NotStrict("A number in the body is too large.")
    return number


def _whole(text: str) -> int:
    _finite(text)
    return int(text)


def _writable(names: Iterable[str]) -> None:
    # JSON can write half of a surrogate pair; an answer that points at the name cannot.
    try:
        "".join(names).encode()
    except UnicodeEncodeError:
        raise NotStrict("A name contains half of a surrogate pair.") from None
