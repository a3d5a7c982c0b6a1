"""The ``curl`` commands that ``make run`` prints: ``/api/v1/me``, then the resources of the service."""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

from . import ROOT, service


def quoted(word: str) -> str:
    """Quote a word for the shell of this machine: a path may contain blanks, quotes and dollar signs."""
    return subprocess.list2cmdline([word]) if os.name == "nt" else shlex.quote(word)


def curl() -> str:
    """Return the start of a command that trusts the development CA. It works in any folder."""
    return f"curl --cacert {quoted(str(ROOT / 'certs' / 'ca.pem'))}"


def commands(header: str) -> list[str]:
    """Return the commands; ``header`` is the credential, quoted for the shell."""
    start = f"{curl()} -H {header}"
    lines = [f"{start} {service.origin()}/api/v1/me"]
    for path, body in _requests():
        data = f" -H {quoted('Content-Type: application/json')} -d {quoted(json.dumps(body))}" if body else ""
        lines.append(f"{start}{data} {service.origin()}{path}")
    return lines


def _requests() -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield the path and the body of each request to a resource of the service that needs no value of its own.

    The body consists of the examples in the schema, as in the OpenAPI document. POST comes before GET.
    """
    app, core = service.application(), service.core()
    paths = core.openapi.document(app)["paths"]
    operations = [
        operation
        for operation in core.operations.operations(app)
        if not app.blueprints[operation.name.rpartition(".")[0]].import_name.startswith(core.__name__)
        and operation.for_callers
        and not operation.arguments
    ]
    for operation in sorted(operations, key=lambda each: (each.path, each.method != "POST")):
        declaration = operation.declaration
        if operation.method == "GET" and not _required(declaration.query):
            yield operation.path, None
        elif operation.method == "POST" and declaration.body:
            body = paths[operation.path]["post"]["requestBody"]["content"]["application/json"]["example"]
            if _required(declaration.body) <= body.keys():
                yield operation.path, body


def _required(schema: Any) -> set[str]:
    """Return the fields of a marshmallow schema that a request must contain."""
    return {name for name, field in schema.fields.items() if field.required} if schema else set()
