"""The design of a new resource, read from the command line: its names and its fields."""

import re
import sys
from dataclasses import dataclass

from .kinds import SIMPLE, Enum, Field, Reference

FIELD = re.compile(r"(?P<name>[^:]*):(?P<type>\w*)(?:\((?P<arguments>[^()]*)\))?(?P<optional>\??)")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
# Each singular by its plural, where the ending does not show it.
IRREGULAR = dict(
    re.findall(
        r"(\w+):(\w+)",
        """
        aliases:alias analyses:analysis axes:axis biases:bias bonuses:bonus buses:bus caches:cache calories:calorie
        calves:calf campuses:campus censuses:census children:child cookies:cookie crises:crisis criteria:criterion
        diagnoses:diagnosis echoes:echo feet:foot geese:goose halves:half heroes:hero hypotheses:hypothesis
        indices:index knives:knife leaves:leaf lenses:lens lives:life loaves:loaf matrices:matrix media:medium
        men:man menus:menu mice:mouse movies:movie news:news niches:niche people:person phenomena:phenomenon
        potatoes:potato quizzes:quiz series:series shelves:shelf species:species statuses:status teeth:tooth
        theses:thesis thieves:thief tomatoes:tomato vertices:vertex vetoes:veto viruses:virus wives:wife wolves:wolf
        women:woman
        """,
    )
)


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
    """Return the singular of an English plural, whose last word decides; rare irregular ones need ``--singular``."""
    before, separator, word = plural.rpartition("_")
    return f"{before}{separator}{IRREGULAR.get(word) or _regular(word)}"


def _regular(word: str) -> str:
    for ending, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + singular
    return word if word.endswith(("ss", "us", "is")) else word.removesuffix("s")


def article(singular: str) -> str:
    """Return the indefinite article of a word by its sound: a unit, an hour."""
    vowel = singular[0] in "aeiou" and not singular.startswith(("eu", "one", "uni", "use", "usu", "uti"))
    return "an" if vowel or singular.startswith(("heir", "honest", "honor", "honour", "hour")) else "a"


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
        if arguments.strip() == resource:
            sys.exit(
                f"{name} refers to {resource}, which does not exist yet. Generate it without {name}, then add {name}."
            )
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
