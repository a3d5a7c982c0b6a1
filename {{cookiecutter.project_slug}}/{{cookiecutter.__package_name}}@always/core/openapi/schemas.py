"""How the marshmallow schemas of the contracts become JSON Schema."""

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from ..operations import Operation


def name_of(schema: type[Schema] | Schema) -> str:
    """Return the name of a schema in the document: ``Item`` for ``ItemSchema``, ``PartialNewItem`` for a change."""
    cls = schema if isinstance(schema, type) else type(schema)
    partial = isinstance(schema, Schema) and schema.partial
    return ("Partial" if partial else "") + cls.__name__.removesuffix("Schema")


def teach(plugin: MarshmallowPlugin) -> None:
    """Let a field of the contracts say itself what it takes."""

    def described(_converter: Any, field: fields.Field[Any], ret: dict[str, Any], **_: Any) -> dict[str, Any]:
        own: dict[str, Any] = dict(getattr(field, "described", {}))
        if pattern := own.get("pattern", ret.get("pattern")):
            # JSON Schema patterns are those of ECMA-262, which has no \A and \Z.
            own["pattern"] = pattern.replace(r"\A", "^").replace(r"\Z", "$")
        return own

    if plugin.converter is not None:  # it is made with the spec
        plugin.converter.add_attribute_function(described)  # type: ignore[no-untyped-call]


def finish(schemas: dict[str, Any], documented: list[Operation]) -> None:
    """Say of an answer that it always has all its fields, but for those whose metadata say ``x-optional``."""
    taken = (part for operation in documented for part in (operation.contract.body, operation.contract.form) if part)
    bodies = {name_of(schema) for schema in taken}
    for name, schema in schemas.items():
        if name not in bodies and name != "Problem":
            properties = schema["properties"]
            schema["required"] = [each for each, form in properties.items() if not form.pop("x-optional", False)]
