"""Convert marshmallow schemas to JSON Schema."""

import json
import re
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

_REFERENCE = re.compile('"#/components/schemas/([^"]+)"')


def name_of(schema: type[Schema] | Schema) -> str:
    """Return the name of a schema in the document, ``Order`` for ``OrderSchema``, ``PartialOrder`` if partial."""
    cls = schema if isinstance(schema, type) else type(schema)
    partial = isinstance(schema, Schema) and schema.partial
    return ("Partial" if partial else "") + cls.__name__.removesuffix("Schema")


def use_field_schemas(plugin: MarshmallowPlugin) -> None:
    """Make the plugin add the JSON Schema keywords in the attribute ``json_schema`` of a field."""

    def keywords(_converter: Any, field: fields.Field[Any], ret: dict[str, Any], **_: Any) -> dict[str, Any]:
        found: dict[str, Any] = dict(getattr(field, "json_schema", {}))
        if pattern := found.get("pattern", ret.get("pattern")):
            # JSON Schema uses the patterns of ECMA-262, which has no \A and \Z.
            found["pattern"] = pattern.replace(r"\A", "^").replace(r"\Z", "$")
        return found

    if plugin.converter is not None:  # it exists once the plugin belongs to a spec
        plugin.converter.add_attribute_function(keywords)  # type: ignore[no-untyped-call]


def require_response_fields(schemas: dict[str, Any], paths: dict[str, Any]) -> None:
    """Mark every field of the response schemas as required, except those with ``x-optional`` in their metadata."""
    bodies = [operation.get("requestBody") for path in paths.values() for operation in path.values()]
    request_schemas = _with_nested(set(_REFERENCE.findall(json.dumps(bodies))), schemas)
    for name, schema in schemas.items():
        if name not in request_schemas and name != "Problem":
            properties = schema["properties"]
            schema["required"] = [each for each, field in properties.items() if not field.pop("x-optional", False)]


def _with_nested(names: set[str], schemas: dict[str, Any]) -> set[str]:
    """Return the names, and those of the schemas nested in them at any depth."""
    found: set[str] = set()
    while added := names - found:
        found |= added
        names = {name for each in added for name in _REFERENCE.findall(json.dumps(schemas[each]))}
    return found


def example(schema: Schema, outer: tuple[type[Schema], ...] = ()) -> Any:
    """Return a body that consists of the examples of the fields; a schema nested in itself (``outer``) is omitted."""
    values = {
        field.data_key or name: _field_example(field, (*outer, type(schema)))
        for name, field in schema.fields.items()
        if not field.dump_only and (field.required or not schema.partial)
    }
    body = {name: value for name, value in values.items() if value is not None}
    return [body] if schema.many else body


def _field_example(field: fields.Field[Any], outer: tuple[type[Schema], ...]) -> Any:
    if "examples" in field.metadata:
        return field.metadata["examples"][0]
    if isinstance(field, fields.Nested) and not isinstance(field, fields.Pluck):
        return None if type(field.schema) in outer else example(field.schema, outer)
    if isinstance(field, fields.List):
        inner = _field_example(field.inner, outer)
        return None if inner is None else [inner]
    return None
