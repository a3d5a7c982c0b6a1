"""Edits of Python source that keep the rest of the file as it is."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

LINE_LENGTH = 120
Span = tuple[int, int]
Matches = Callable[[ast.AST], bool]


def without_name(source: str, name: str) -> str:
    """Remove an imported name: its import, and the list elements, dict entries and keyword arguments that use it."""
    return _without(source, lambda node: bool(_uses(node, name)), imported=name)


def without_strings(source: str, prefix: str) -> str:
    """Remove the strings with this prefix from lists, and from dicts together with their values."""
    return _without(source, lambda node: bool(_starts(node, prefix)))


def with_import(source: str, name: str) -> str:
    """Add a name to ``from . import ...``; raises ``LookupError`` without such an import."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module is None:
            end = _positions(source)(node.names[-1])[1]
            return f"{source[:end]}, {name}{source[end:]}"
    raise LookupError("The line `from . import ...` is missing.")


def with_element(source: str, name: str, element: str, *, first: bool = False) -> str:
    """Add an element to the list or dict of a variable or a keyword argument; raises ``LookupError`` without one."""
    for node in ast.walk(ast.parse(source)):
        names = [node.arg] if isinstance(node, ast.keyword) else []
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names += [target.id for target in targets if isinstance(target, ast.Name)]
        value = getattr(node, "value", None)
        if name not in names or not isinstance(value, ast.List | ast.Dict):
            continue
        start, end = _positions(source)(value)
        elements = value.elts if isinstance(value, ast.List) else value.values
        if first or not elements:
            return f"{source[: start + 1]}{element}{', ' if elements else ''}{source[start + 1 :]}"
        rest = source[_positions(source)(elements[-1])[1] : end - 1]  # a comma, comments and closing parentheses
        has_comma = any("," in line.partition("#")[0] for line in rest.splitlines())
        comma = ("", ",") if has_comma else (", ", "")
        return f"{source[: end - 1]}{comma[0]}{element}{comma[1]}{source[end - 1 :]}"
    raise LookupError(f"The list or dict {name} is missing.")


def lines_with_name(source: str, name: str) -> list[int]:
    """Return the numbers of the lines that use a name."""
    return sorted({use.lineno for use in _uses(ast.parse(source), name)})


def lines_with_string(source: str, prefix: str) -> list[int]:
    """Return the numbers of the lines that contain a string with this prefix."""
    nodes = ast.walk(ast.parse(source))
    return sorted({node.lineno for node in nodes if isinstance(node, ast.Constant) and _starts(node, prefix)})


def _uses(tree: ast.AST, name: str) -> list[ast.Name]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]


def _starts(node: ast.AST, prefix: str) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(prefix)


def _without(source: str, matches: Matches, imported: str = "") -> str:
    spans = set(_spans(source, matches, imported))
    outermost = [span for span in spans if not any(span != each and each[0] <= span[0] < each[1] for each in spans)]
    # Lists of strings, such as scopes, have one line for each from the start.
    wrapped = [
        start for start, end in _wrapped(source) if any(start < each[0] < end for each in outermost) and imported
    ]
    for start, end in sorted([*outermost, *((each, -1) for each in wrapped)], reverse=True):
        # from the end, so that earlier positions stay valid
        source = _without_last_comma(source, start) if end == -1 else _cut(source, start, end)
    return source


def _wrapped(source: str) -> Iterator[Span]:
    """Yield the lists, dicts and imports that have several lines because one line would be too long."""
    position = _positions(source)
    for node, elements in _containers(source):
        start, end = position(node)
        text = source[start:end]
        if elements and "\n" in text and "#" not in text:
            first, last = source.rfind("\n", 0, start) + 1, source.find("\n", end)
            brackets = "()" if isinstance(node, ast.ImportFrom) else ""  # one line needs none
            joined = re.sub(r"(?<=[([{])\s+|,?\s+(?=[)\]}])", "", text)
            joined = re.sub(r"\s+", " ", joined)
            if start - first + len(joined) - len(brackets) + last - end > LINE_LENGTH:
                yield start, end


def _without_last_comma(source: str, start: int) -> str:
    """Remove the comma after the last element of what starts here, so that ruff joins the lines if they fit."""
    position = _positions(source)
    for node, elements in _containers(source):
        if position(node)[0] == start and elements:
            last = position(elements[-1])[1]
            return source[:last] + source[last:].replace(",", "", 1) if source[last] == "," else source
    return source


def _containers(source: str) -> Iterator[tuple[ast.AST, list[Any]]]:
    """Yield each list, dict and import with its elements."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.List):
            yield node, node.elts
        elif isinstance(node, ast.Dict):
            yield node, node.values
        elif isinstance(node, ast.ImportFrom):
            yield node, node.names


def _spans(source: str, matches: Matches, imported: str) -> Iterator[Span]:
    """Yield the start and the end of everything to remove."""
    position = _positions(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.List):
            yield from (position(element) for element in node.elts if matches(element))
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None and matches(value):
                    yield source.rindex("**", 0, position(value)[0]), position(value)[1]
                elif key is not None and (matches(key) or (imported and matches(value))):
                    yield position(key)[0], position(value)[1]
        elif isinstance(node, ast.keyword) and imported and matches(node.value):
            if not isinstance(node.value, ast.List | ast.Dict):
                yield position(node)
        elif isinstance(node, ast.ImportFrom) and imported:
            aliases = [alias for alias in node.names if (alias.asname or alias.name) == imported]
            yield from (position(node if len(node.names) == 1 else alias) for alias in aliases)


def _positions(source: str) -> Callable[[Any], Span]:
    """Return a function that returns the start and the end of a node. The columns of ``ast`` count bytes of UTF-8."""
    lines = source.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]

    def index(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    return lambda node: (index(node.lineno, node.col_offset), index(node.end_lineno, node.end_col_offset))


def _cut(source: str, start: int, end: int) -> str:
    """Remove a span with its comma, and with its lines if nothing but a comment remains on them."""
    if after := re.match(r"\s*,[ \t]*", source[end:]):
        end += after.end()
    elif before := re.search(r",\s*\Z", source[:start]):
        start = before.start()
    first, last = source.rfind("\n", 0, start) + 1, source.find("\n", end)
    if not source[first:start].strip() and re.fullmatch(r"[ \t]*(#.*)?", source[end:last]):
        start, end = first, last + 1
    return source[:start] + source[end:]
