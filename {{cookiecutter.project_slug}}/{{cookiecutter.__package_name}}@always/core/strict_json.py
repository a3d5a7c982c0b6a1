"""Strict JSON: input on which JSON parsers differ is rejected (RFC 8259 leaves it open).

Only UTF-8 without a byte order mark; no repeated name in an object; no NaN or infinity and no number that exceeds a
double; no unpaired surrogate; limited depth and number of names.
"""

import json
import re
from math import isfinite
from typing import Any

MAX_DEPTH = 16
MAX_NAMES = 1000
# A string, or a bracket outside of strings. An unterminated string extends to the end of the body: otherwise the search
# would start again at each quote in it, which takes seconds.
_STRUCTURE = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


class InvalidJSON(ValueError):
    """The content is not strict JSON; the message is the reason for the client."""


def parse(content: bytes) -> Any:
    """Return the value of a JSON document. Raises ``InvalidJSON``."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidJSON("The body is not UTF-8.") from None
    _check_depth(content)
    count = 0

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal count
        value = dict(pairs)
        count += len(pairs)
        if len(value) != len(pairs):
            raise InvalidJSON("A name appears twice in one object.")
        if count > MAX_NAMES:
            raise InvalidJSON(f"The body has more than {MAX_NAMES} names.")
        return value

    try:
        parsed = json.loads(
            text, object_pairs_hook=unique, parse_constant=_reject_constant, parse_float=_finite, parse_int=_integer
        )
        if b"\\u" in content:  # an escape can be an unpaired surrogate, which no response could encode
            json.dumps(parsed, ensure_ascii=False).encode()
        return parsed
    except json.JSONDecodeError as error:
        raise InvalidJSON(f"The body is not JSON: line {error.lineno}, column {error.colno}.") from None
    except UnicodeEncodeError:
        raise InvalidJSON("A string contains an unpaired surrogate.") from None


def _check_depth(content: bytes) -> None:
    # Before parsing: the parser is recursive, and deep nesting would exhaust its stack.
    if content.count(b"[") + content.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _STRUCTURE.finditer(content):
        depth += _STEP.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise InvalidJSON(f"The body is nested more than {MAX_DEPTH} levels deep.")


def _reject_constant(name: str) -> Any:
    raise InvalidJSON(f"{name} is not a JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise InvalidJSON("A number in the body is too large.")
    return number


def _integer(text: str) -> int:
    _finite(text)
    return int(text)
