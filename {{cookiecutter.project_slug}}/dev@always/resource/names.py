"""The names that a new resource and its fields must not have."""

import ast
import builtins
import keyword
from collections.abc import Iterator
from pathlib import Path

from marshmallow import Schema
from sqlalchemy import Row
from sqlalchemy.sql.compiler import RESERVED_WORDS

from .. import ROOT, service
from . import package, package_tests
from .design import NAME, Design
from .kinds import SIMPLE, Enum, Field, Reference
from .parts import tables
from .targets import Target

MAX_LENGTH = 63  # bytes of a name in a database
MAX_RESOURCE = 30  # characters; the sentences of the generated code contain the name
BUILT_IN = {"id", "owner", "version", "created_at", "updated_at"}
SQL_WORDS = RESERVED_WORDS | {
    *("alter", "begin", "by", "commit", "delete", "drop", "exists", "fetch", "index", "insert", "key", "of", "over"),
    *("returning", "rollback", "row", "rows", "schema", "trigger", "update", "values", "view", "window", "with"),
}
# Columns that a database adds to every table.
SYSTEM_COLUMNS = {"cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"}
# Attributes of models, schemas and rows, and the first parameter of ``values(**fields)``. A column takes precedence
# over the methods ``count`` and ``index`` of a row.
ATTRIBUTES = {"metadata", "registry", "self", *dir(Schema()), *dir(Row)} - {"count", "index"}


def problems(design: Design) -> Iterator[str]:
    """Yield a sentence for each name that would not work."""
    for name in (design.plural, design.singular):
        if not NAME.fullmatch(name):
            yield f"Invalid name {name!r}. Use a plural in lower case, with digits and underscores, such as bookings."
        if len(name) > MAX_RESOURCE:
            yield f"The name {name} has more than {MAX_RESOURCE} characters. Choose a shorter name."
    if reserved := _reserved(design.plural):
        yield f"The name {design.plural} is {reserved}. Choose another name."
    yield from _taken(design)
    code = identifiers(["models", "queries", "routes", "schemas", "tests"], assigned=True) | set(dir(builtins))
    for name in (design.plural, design.plural.upper()):
        if name in code:
            yield f"The generated code uses the name {name}. Choose another name."
    for name in (design.singular, design.class_name):
        if name in code or keyword.iskeyword(name):
            yield f"The generated code cannot use the name {name} for one row. Pass another one with --singular."
    schemas = service.core().openapi.document(service.application())["components"]["schemas"]
    for name in (design.class_name, f"New{design.class_name}", f"{design.class_name}List"):
        if name in schemas:
            yield f"The OpenAPI document has a schema {name}. Choose another name for one row with --singular."
    yield from _fields(design)


def identifiers(modules: list[str], *, assigned: bool) -> set[str]:
    """Return the names that generated modules use; ``assigned`` includes local ones."""
    design = Design("qqqs", "qqq", tuple(_every_kind()))
    target = Target("qq", "/qq", {}, {})
    texts = {name.removesuffix(".py"): text for name, text in package.modules(design).items()}
    texts["tests"] = package_tests.module(design, {"qqs": target})
    found = set()
    for node in (node for name in modules for node in ast.walk(ast.parse(texts[name]))):
        if isinstance(node, ast.Name) and (assigned or isinstance(node.ctx, ast.Load)):
            found.add(node.id)
        elif isinstance(node, ast.arg | ast.alias | ast.FunctionDef) and assigned:
            found.add(getattr(node, "arg", "") or getattr(node, "asname", "") or getattr(node, "name", ""))
    return {name for name in found if "qq" not in name.lower()}


def _every_kind() -> Iterator[Field]:
    for kind, field in SIMPLE.items():
        yield field(f"qq_{kind}", optional=kind == "date")
    yield Enum("qq_enum", False, "qqqs", ("qq",))
    yield Reference("qq_id", False, "qqs", "qq")


def _reserved(name: str) -> str:
    """Return why Python or SQL reserves a name, or nothing."""
    if keyword.iskeyword(name):
        return "a Python keyword"
    return "a reserved word of SQL" if name in SQL_WORDS else ""


def _taken(design: Design) -> Iterator[str]:
    """Yield what already has the name of the resource."""
    app, name = service.application(), design.plural
    root = Path(app.root_path)
    for path in (root / name, root / f"{name}.py", ROOT / "tests" / name, ROOT / "tests" / f"test_{name}.py"):
        if path.exists():
            yield f"{path.relative_to(ROOT).as_posix()} exists. Choose another name."
    core = service.core()
    if name in {*core.Base.metadata.tables, *core.database.CoreBase.metadata.tables}:
        yield f"The table {name} exists. Choose another name."
    paths = {rule.rule for rule in app.url_map.iter_rules()}
    if name in app.blueprints or any(f"{path}/".startswith(f"/api/v1/{name}/") for path in paths):
        yield f"The service has the path /api/v1/{name} or a blueprint {name}. Choose another name."
    if any(scope.startswith(f"{name}:") for scope in core.services.get(app, core.auth.scopes.Scopes)):
        yield f"The service has a scope that starts with {name}:. Choose another name."
    source = (root / "__init__.py").read_text("utf-8")
    if name in {word for node in ast.walk(ast.parse(source)) for word in _words(node)}:
        yield f"{root.name}/__init__.py uses the name {name}. Choose another name."


def _words(node: ast.AST) -> set[str]:
    return {getattr(node, attribute, None) or "" for attribute in ("id", "arg", "asname", "name")}


def _fields(design: Design) -> Iterator[str]:
    """Yield what is wrong with the fields."""
    if not design.fields:
        yield f"{design.plural} needs a field, for example name:string."
    used, seen = identifiers(["models", "schemas"], assigned=False) | ATTRIBUTES, set()
    for field in design.fields:
        if field.name in seen:
            yield f"The field {field.name} appears twice."
        seen.add(field.name)
        if field.name in BUILT_IN:
            yield f"Every resource has the field {field.name}. Remove it or choose another name."
        elif reserved := _reserved(field.name):
            yield f"The field name {field.name} is {reserved}. Choose another name."
        elif field.name in SYSTEM_COLUMNS:
            yield f"A database may have a system column {field.name}. Rename the field."
        elif field.name in used:
            yield f"The generated code uses the name {field.name} for something else. Rename the field."
        if isinstance(field, Enum) and field.type_name in {table.name for table, _ in tables()}:
            yield f"The table {field.type_name} exists, so the type of {field.name} needs another name. Rename it."
    for name in _database_names(design):
        if len(name) > MAX_LENGTH:
            yield f"The name {name} in the database would exceed {MAX_LENGTH} characters. Choose shorter names."


def _database_names(design: Design) -> Iterator[str]:
    """Yield the longest names: those of indexes, foreign keys and enum types."""
    yield f"ix_{design.plural}_owner_id"
    for field in design.fields:
        yield field.name
        if isinstance(field, Reference):
            yield f"fk_{design.plural}_{field.name}_{field.target}"
        elif isinstance(field, Enum):
            yield field.type_name
