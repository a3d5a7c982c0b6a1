"""The types of fields that a generated resource can have.

Each type states what it is in the model, in the schema and in the tests of the resource.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Field:
    """A field of a resource. ``name`` is the name of its column and its JSON member."""

    name: str
    optional: bool

    annotation: ClassVar[str] = "str"
    examples: ClassVar[Sequence[Any]] = ()  # two valid JSON values
    invalid: ClassVar[Sequence[str]] = ()  # values that are rejected with 422, as Python expressions
    column_type: ClassVar[str] = ""
    schema_type: ClassVar[str] = ""

    @property
    def column(self) -> str:
        """The type and the options of its column; empty if the annotation determines the type."""
        return self.column_type

    @property
    def schema(self) -> str:
        """The class of its schema field and the first arguments."""
        return self.schema_type

    @property
    def arguments(self) -> str:
        """The other arguments of its schema field."""
        needed = "allow_none=True" if self.optional else "required=True"
        return f"{needed}, metadata={{'examples': [{self.examples[0]!r}]}}"

    @property
    def model_line(self) -> str:
        """Its line in the model."""
        annotation = f"{self.annotation} | None" if self.optional else self.annotation
        column = f" = mapped_column({self.column})" if self.column else ""
        return f"{self.name}: Mapped[{annotation}]{column}"

    @property
    def schema_line(self) -> str:
        """Its line in the schema."""
        start = self.schema if self.schema.endswith("(") else f"{self.schema}, "
        return f"{self.name} = {start}{self.arguments})"


class String(Field):
    """A string of one line."""

    examples = ("An example", "Another example")
    invalid = ('""', '"two\\nlines"', '"x" * 101', "7")
    column_type = "String(100)"
    schema_type = "fields.Line(1, 100"


class Text(Field):
    """A string of several lines."""

    examples = ("Some text.", "Another text.\nIt has two lines.")
    invalid = ('"x" * 2001', '"\\0"', "7")
    column_type = "String(2000)"
    schema_type = "fields.Text(validate=validate.Length(max=2000)"


class Integer(Field):
    """An integer that fits into 32 bits."""

    annotation = "int"
    examples = (3, -4)
    invalid = ("1_000_000_001", "1.5", '"3"', "True")
    schema_type = "fields.Integer(-1_000_000_000, 1_000_000_000"


class Number(Field):
    """A number with a fraction, in double precision."""

    annotation = "float"
    examples = (24.5, -0.1)
    invalid = ("1_000_000_000.5", '"3"', "True")
    column_type = "Double"
    schema_type = "fields.Number(-1_000_000_000, 1_000_000_000"


class Boolean(Field):
    """True or false."""

    annotation = "bool"
    examples = (True, False)
    invalid = ('"true"', "1")
    schema_type = "fields.Boolean("


class Date(Field):
    """A date without a time."""

    annotation = "date"
    examples = ("2030-01-31", "2032-02-29")
    invalid = ('"2030-02-29"', '"20300131"', "20300131")
    schema_type = "fields.Date("


class DateTime(Field):
    """A date and time, stored in UTC."""

    annotation = "datetime"
    examples = ("2030-01-31T09:30:00+00:00", "2032-02-29T17:00:00+00:00")
    invalid = ('"2030-01-31T09:30:00"', '"2030-01-31"', '"2030-02-29T09:30:00Z"', "1")
    column_type = "UTCDateTime"
    schema_type = "fields.DateTime("


@dataclass(frozen=True)
class Enum(Field):
    """One of several strings; a native enum type in databases that have them."""

    resource: str
    values: tuple[str, ...]

    invalid = ('"?"', "7")

    @property
    def examples(self) -> tuple[str, str]:  # type: ignore[override]
        """The first and the last value."""
        return self.values[0], self.values[-1]

    @property
    def constant(self) -> str:
        """The name of the constant that contains the values."""
        return f"{self.name.upper()}_CHOICES"

    @property
    def type_name(self) -> str:
        """The name of the enum type in the database."""
        return f"{self.resource}_{self.name}"

    @property
    def column(self) -> str:
        """The enum type."""
        return f"Enum(*{self.constant}, name={self.type_name!r})"

    @property
    def schema(self) -> str:
        """A string with a validator."""
        return f"fields.String(validate=validate.OneOf({self.constant})"


@dataclass(frozen=True)
class Reference(Field):
    """The id of a row of another resource that belongs to the same owner."""

    target: str
    singular: str  # the name of one row of the target

    invalid = ('""', "7")

    @property
    def column(self) -> str:
        """A foreign key with an index, which the database uses when a row of the target is deleted."""
        return f"ForeignKey('{self.target}.id'), index=True"

    @property
    def schema(self) -> str:
        """A string: the view checks whether the row exists."""
        return "fields.String("

    @property
    def arguments(self) -> str:
        """No example, because no id is valid everywhere."""
        needed = "allow_none=True" if self.optional else "required=True"
        described = f"The id of one of your {self.target.replace('_', ' ')}."
        return f"{needed}, metadata={{'format': 'uuid', 'description': {described!r}}}"


SIMPLE: dict[str, type[Field]] = {
    "string": String,
    "text": Text,
    "integer": Integer,
    "number": Number,
    "boolean": Boolean,
    "date": Date,
    "datetime": DateTime,
}
