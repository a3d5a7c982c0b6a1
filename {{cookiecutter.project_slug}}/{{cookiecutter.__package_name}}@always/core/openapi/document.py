"""Put the document together: what all operations share, and then one path after another."""

import inspect
import sys
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask

from ..auth import backend
from ..operations import Operation, operations
from ..settings import Settings, get_settings
from . import schemas, shared
from .operation import describe as described

VERSION = "1.0.0"  # of the API under /api/v1, not of the code


def describe(app: Flask) -> dict[str, Any]:
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
    schemas.teach(plugin)
    shared.add(spec, documented)
    schemes = backend.security_schemes(app)
    for name, scheme in schemes.items():
        spec.components.security_scheme(name, scheme)
    for path in dict.fromkeys(operation.path for operation in documented):
        spec.path(
            path=path,
            operations={
                operation.method.lower(): described(operation, schemes)
                for operation in documented
                if operation.path == path
            },
        )
    made = spec.to_dict()
    schemas.finish(made["components"]["schemas"], documented)
    return made


def _contact(settings: Settings) -> dict[str, str]:
    named = {"name": settings.service_name}
    kind, _, rest = settings.security_contact.partition(":")
    if kind == "mailto":
        # An address on a machine without a domain is none that the format knows.
        return {**named, "email": rest} if "." in rest.partition("@")[2] else named
    return {**named, "url": settings.security_contact}


def _tags(app: Flask, documented: list[Operation]) -> list[dict[str, str]]:
    """Return a tag for each blueprint, those of the API first, described by the first paragraph of its module."""
    api_first = sorted(documented, key=lambda operation: not operation.path.startswith("/api/"))
    names = dict.fromkeys(operation.name.partition(".")[0] for operation in api_first)
    modules = {name: sys.modules[app.blueprints[name].import_name] for name in names}
    return [
        {"name": shared.tag(name), "description": shared.markdown((inspect.getdoc(module) or "").partition("\n\n")[0])}
        for name, module in modules.items()
    ]
