"""Build the document: first the components that operations share, then one path after another."""

import inspect
import sys
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask

from .. import services
from ..auth import backend
from ..operations import Operation, operations
from ..problems import ProblemTypes
from ..settings import Settings, get_settings
from . import schemas
from .components import Components
from .operation import describe, markdown, tag

VERSION = "1.0.0"  # of the API under /api/v1, not of the code


def build(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of ``app``."""
    documented = [
        operation
        for operation in operations(app)
        if operation.declaration.response and operation.declaration.response.documented
    ]
    settings = get_settings(app, Settings)
    plugin = MarshmallowPlugin(schema_name_resolver=schemas.name_of)
    spec = APISpec(
        settings.service_name,
        VERSION,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": settings.service_description, "contact": _contact(settings)},
        servers=[{"url": "/"}],
        tags=_tags(app, documented),
    )
    schemas.use_field_schemas(plugin)
    components = Components(services.get(app, ProblemTypes))
    components.add(spec, documented)
    schemes = backend.security_schemes(app)
    for name, scheme in schemes.items():
        spec.components.security_scheme(name, scheme)
    for path in dict.fromkeys(operation.path for operation in documented):
        spec.path(
            path=path,
            operations={
                operation.method.lower(): describe(operation, schemes, components)
                for operation in documented
                if operation.path == path
            },
        )
    document: dict[str, Any] = orjson.loads(orjson.dumps(spec.to_dict(), default=float))  # numbers may be decimals
    schemas.require_response_fields(document["components"]["schemas"], document["paths"])
    return document


def _contact(settings: Settings) -> dict[str, str]:
    contact = {"name": settings.service_name}
    kind, _, rest = settings.security_contact.partition(":")
    if kind == "mailto":
        # OpenAPI does not allow an email address without a dot in its domain, such as root@localhost.
        return {**contact, "email": rest} if "." in rest.partition("@")[2] else contact
    return {**contact, "url": settings.security_contact}


def _tags(app: Flask, documented: list[Operation]) -> list[dict[str, str]]:
    """Return a tag for each blueprint, the API's first, described by the first paragraph of its module."""
    api_first = sorted(documented, key=lambda operation: not operation.path.startswith("/api/"))
    names = dict.fromkeys(operation.name.partition(".")[0] for operation in api_first)
    modules = {name: sys.modules[app.blueprints[name].import_name] for name in names}
    return [
        {"name": tag(name), "description": markdown((inspect.getdoc(module) or "").partition("\n\n")[0])}
        for name, module in modules.items()
    ]
