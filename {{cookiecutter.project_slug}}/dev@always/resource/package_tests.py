"""The tests of a new resource, rendered from ``templates/``."""

from typing import Any

from .design import Design, article
from .kinds import Reference
from .package import names, optional_part, render, searched
from .targets import Target


def module(design: Design, targets: dict[str, Target]) -> str:
    """Return the source of the test module, before ruff sorts and formats it.

    ``targets`` are the resources that are referenced, directly or by another one, by name.
    """
    values = names(design)
    values |= {
        "me": "me" if design.references else "",
        "other": "other" if design.references else "",
        "me_parameter": "me: FlaskClient, /, " if design.references else "",
        "me_argument": "me, " if design.references else "",
        "field": searched(design),
    }
    optional = [field.name for field in design.fields if field.optional]
    required = [field.name for field in design.fields if not field.optional]
    constants = {"REQUIRED": required, "OPTIONAL": optional}
    values |= {
        "constants": "\n".join(f"{name} = {value!r}" for name, value in constants.items() if value),
        "invalid": "".join(f'("{field.name}", {value}), ' for field in design.fields for value in field.invalid),
        "new_rows": "\n\n".join(_new_row(target, targets) for target in targets.values()),
        "examples": "\n".join(f'"{field.name}": {_example(field, 0)},' for field in design.fields),
        "changes": "\n".join(f'"{field.name}": {_example(field, 1)},' for field in design.fields),
        "optional_test": optional_part("optional_test", optional, values),
        "required_test": optional_part("required_test", required, values),
        "search_test": optional_part("search_test", searched(design), values),
        "reference_tests": optional_part("reference_tests", design.references, values | _references(design, targets)),
    }
    return render("tests", values)


def _example(field: Any, number: int) -> str:
    return f"new_{field.singular}(me)" if isinstance(field, Reference) else repr(field.examples[number])


def _references(design: Design, targets: dict[str, Target]) -> dict[str, str]:
    rows = [(each.name, f"new_{each.singular}") for each in design.references]
    paths = [(each.name, targets[each.target].path) for each in design.references]
    return {
        "reference_rows": ", ".join(f'("{name}", {function})' for name, function in rows),
        "reference_paths": ", ".join(f'("{name}", "{path}")' for name, path in paths),
    }


def _new_row(target: Target, targets: dict[str, Target]) -> str:
    values = [f'"{name}": {value!r}' for name, value in target.example.items()]
    values += [f'"{name}": new_{targets[other].singular}(me)' for name, other in target.references.items()]
    return render(
        "new_row",
        {
            "singular": target.singular,
            "word": target.singular.replace("_", " "),
            "article": article(target.singular),
            "path": target.path,
            "body": ", ".join(values),
        },
    )
