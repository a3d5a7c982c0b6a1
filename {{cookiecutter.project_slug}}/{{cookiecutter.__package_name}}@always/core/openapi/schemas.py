"""How the marshmallow schemas of the contracts become JSON Schema."""

import json
import re
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from ..operations import Operation

_REFERENCE = re.compile('"#/components/schemas/([^"]+)"')


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
    declared = [operation.declaration for operation in documented]
    bodies = [each.raw_body.schema if each.raw_body else each.body for each in declared]
    request_schemas = _referenced(schemas, {name_of(body) for body in bodies if body})
    for name, schema in schemas.items():
        if name not in request_schemas and name != "Problem":
            properties = schema["properties"]
            schema["required"] = [each for each, form in properties.items() if not form.pop("x-optional", False)]


def _referenced(schemas: dict[str, Any], names: set[str]) -> set[str]:
    """Return the names, and those of the schemas nested in them at any depth."""
    found: set[str] = set()
    while added := names - found:
        found |= added
        names = {name for each in added for name in _REFERENCE.findall(json.dumps(schemas[each]))}
    return found
