"""The Python files of a new resource, rendered from ``templates/``."""

import re
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any

from .design import Design, article
from .kinds import Reference, String

TEMPLATES = Path(__file__).parent / "templates"
MODULES = ("init", "models", "queries", "routes", "schemas")
NewRow = Callable[[Reference], str]


def modules(design: Design) -> dict[str, str]:
    """Return the source of each module of the package by its file name, before ruff sorts and formats it."""
    values = names(design) | _model(design) | _queries(design) | _routes(design)
    files = {name: f"{name}.py" for name in MODULES} | {"init": "__init__.py"}
    return {file: render(name, values) for name, file in files.items()}


def render(name: str, values: dict[str, str]) -> str:
    """Return a template with its placeholders replaced.

    A line that contains only a placeholder is replaced by the lines of its value, with the same indentation; without
    any, it is dropped.
    """
    lines = []
    for line in (TEMPLATES / f"{name}.txt").read_text("utf-8").splitlines():
        if block := re.fullmatch(r"( *)\$(\w+)", line):
            lines += [block[1] + each if each else "" for each in values[block[2]].splitlines()]
        else:
            lines.append(Template(line).substitute(values))
    return "\n".join(lines) + "\n"


def names(design: Design) -> dict[str, str]:
    """Return the names of the resource in code (``plural``) and in sentences (``words``)."""
    words, word = design.plural.replace("_", " "), design.singular.replace("_", " ")
    return {
        "plural": design.plural,
        "singular": design.singular,
        "Class": design.class_name,
        "CONSTANT": design.plural.upper(),
        "words": words,
        "word": word,
        "Words": words.capitalize(),
        "article": article(design.singular),
        "Article": article(design.singular).capitalize(),
    }


def searched(design: Design) -> str:
    """Return the field in which a list can be searched: the first string of one line, if there is one."""
    return next((field.name for field in design.fields if isinstance(field, String)), "")


def optional_part(name: str, condition: Any, values: dict[str, str]) -> str:
    """Return a rendered template, or nothing if the condition is false."""
    return render(name, values) if condition else ""


def _model(design: Design) -> dict[str, str]:
    constants = [enum.constant for enum in design.enums]
    field = searched(design)
    return {
        "choices": "\n".join(f"{enum.constant} = {enum.values!r}" for enum in design.enums),
        "columns": "\n".join(field.model_line for field in design.fields),
        "fields": "\n".join(field.schema_line for field in design.fields),
        "constants_import": f"from .models import {', '.join(constants)}" if constants else "",
        "search_schema": optional_part("search_schema", field, {"field": field.replace("_", " ")}),
    }


def _queries(design: Design) -> dict[str, str]:
    columns = ["id", *(field.name for field in design.fields), "version", "created_at", "updated_at"]
    column = f"{design.class_name}.{searched(design)}"
    search = f"if search is not None:\n    query = query.where({column}.icontains(search, autoescape=True))"
    return {
        "selected": ", ".join(f"{design.class_name}.{name}" for name in columns),
        "values": "\n".join(
            f'"{field.name}": fields.get("{field.name}"),'
            if field.optional
            else f'"{field.name}": fields["{field.name}"],'
            for field in design.fields
        ),
        "search_parameter": ", search: str | None" if searched(design) else "",
        "search_filter": search if searched(design) else "",
    }


def _routes(design: Design) -> dict[str, str]:
    field, references = searched(design), design.references
    targets = sorted({reference.target for reference in references})
    pairs = ", ".join(f'"{reference.name}": {reference.target}' for reference in references)
    return {
        "query_schema": "Search" if field else "Page",
        "search_argument": 'search=query.get("q"),' if field else "",
        "search_sentence": f"; ``q`` searches in the {field.replace('_', ' ')}" if field else "",
        "reference_imports": "\n".join(f"from ..{target} import queries as {target}" for target in targets),
        "references": f"_REFERENCES = {{{pairs}}}\n" if references else "",
        "check_references": "_check_references(connection, body)" if references else "",
        "check_references_function": optional_part("references", references, names(design)),
    }
