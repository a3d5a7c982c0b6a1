"""The design of a new resource, read from the command line: its names and its fields."""

import re
import sys
from dataclasses import dataclass

from .kinds import SIMPLE, Enum, Field, Reference

FIELD = re.compile(r"(?P<name>[^:]*):(?P<type>\w*)(?:\((?P<arguments>[^()]*)\))?(?P<optional>\??)")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True)
class Design:
    """A new resource: the name of its package (plural), the name of one row (singular), and its fields."""

    plural: str
    singular: str
    fields: tuple[Field, ...]

    @property
    def class_name(self) -> str:
        """The name of its model."""
        return "".join(part.capitalize() for part in self.singular.split("_"))

    @property
    def enums(self) -> list[Enum]:
        """Its fields of an enum type."""
        return [field for field in self.fields if isinstance(field, Enum)]

    @property
    def references(self) -> list[Reference]:
        """Its references to other resources."""
        return [field for field in self.fields if isinstance(field, Reference)]


def singular_of(plural: str) -> str:
    """Return the singular of an English plural by its ending; irregular ones need ``--singular``."""
    for ending, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if plural.endswith(ending) and len(plural) > len(ending) + 1:
            return plural.removesuffix(ending) + singular
    return plural if plural.endswith(("ss", "us", "is")) else plural.removesuffix("s")


def field(text: str, resource: str) -> Field:
    """Return the field that ``NAME:TYPE`` describes; exit with the reason if it is invalid."""
    match = FIELD.fullmatch(text)
    if match is None:
        sys.exit(f"Invalid field {text!r}. Write NAME:TYPE, for example title:string or price:number?.")
    name, kind, arguments = match["name"], match["type"], match["arguments"]
    optional = match["optional"] == "?"
    if not NAME.fullmatch(name):
        sys.exit(f"Invalid field name {name!r}. Use lower-case letters, digits and underscores, for example starts_at.")
    if kind in SIMPLE and arguments is None:
        return SIMPLE[kind](name, optional)
    if kind == "enum":
        return _enum(name, optional, resource, arguments or "")
    if kind == "ref" and arguments:
        return Reference(f"{name}_id", optional, arguments.strip(), singular_of(arguments.strip()))
    sys.exit(f"Unknown type in {text!r}. Types: {', '.join(SIMPLE)}, enum(first,second), ref(resource).")


def _enum(name: str, optional: bool, resource: str, arguments: str) -> Enum:
    values = tuple(value.strip() for value in arguments.split(","))
    for value in values:
        if not VALUE.fullmatch(value):
            sys.exit(f"Invalid value {value!r} of {name}. Use letters, digits, '_', '-' and '.', at most 40.")
    if len(set(values)) < len(values):
        sys.exit(f"The values of {name} contain one twice: {', '.join(values)}.")
    return Enum(name, optional, resource, values)
