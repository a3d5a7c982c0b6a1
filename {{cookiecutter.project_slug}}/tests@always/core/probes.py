"""The probe: a resource that only the tests of core have, so that they need no other.

Its table has its own MetaData: migrations, ``flask db check`` and ``/readyz`` do not see it.
"""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, abort, request, url_for
from marshmallow import Schema, fields, validate
from sqlalchemy import Column, Connection, Double, Integer, MetaData, String, Table, Uuid, func, select
from uuid_utils import uuid7

from tests.core.package import core

PROBES = "/api/v1/probes"
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
SCOPES = {"probes:read": "Read your probes", "probes:write": "Create, change and delete your probes"}

metadata = MetaData()
probes = Table(
    "probes",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("owner", String(255)),
    Column("name", String(100)),
    Column("description", String(2000)),
    Column("price", Double),
    Column("version", Integer),
    Column("created_at", core.database.UTCDateTime),
    Column("updated_at", core.database.UTCDateTime),
)
blueprint = Blueprint("probes", __name__, url_prefix=PROBES)


class NewProbe(Schema):
    """The fields that a caller sets."""

    name = core.fields.Line(1, 100, required=True, metadata={"examples": ["Depth sounder"]})
    description = core.fields.Text(validate=validate.Length(max=2000), allow_none=True)
    price = core.fields.Number(0, 1_000_000_000, allow_none=True)


class ProbeSchema(NewProbe):
    """A probe in a response."""

    id = fields.String(dump_only=True, metadata={"format": "uuid"})
    created_at = fields.AwareDateTime(dump_only=True)
    updated_at = fields.AwareDateTime(dump_only=True)


class ProbeList(Schema):
    """One page of probes."""

    probes = fields.List(fields.Nested(ProbeSchema))
    next = fields.String(allow_none=True)


class Search(core.declare.pagination.Page):  # type: ignore[misc]  # tests know core only at run time
    """The page, and a string that the name contains."""

    q = core.fields.Line(1, 100)


@blueprint.get("")
@core.declare.requires("probes:read")
@core.declare.query(Search)
@core.declare.response(ProbeList)
def list_probes(query: dict[str, Any]) -> dict[str, Any]:
    """List your probes in the order of their creation."""
    wanted = select(probes).where(probes.c.owner == _owner()).order_by(probes.c.id).limit(query["limit"] + 1)
    if "cursor" in query:
        wanted = wanted.where(probes.c.id > query["cursor"])
    if "q" in query:
        wanted = wanted.where(probes.c.name.icontains(query["q"], autoescape=True))
    with core.database.connect() as connection:
        rows = connection.execute(wanted).all()
    page = rows[: query["limit"]]
    more = len(rows) > len(page)
    return {"probes": page, "next": core.declare.pagination.cursor(page[-1].id) if more else None}


@blueprint.post("")
@core.declare.requires("probes:write")
@core.declare.body(NewProbe)
@core.declare.response(ProbeSchema, 201, headers=("Location", "ETag"))
def create_probe(body: dict[str, Any]) -> Any:
    """Create a probe."""
    now = core.clock.now()
    row = {"id": str(uuid7()), "owner": _owner(), "version": 1, "created_at": now, "updated_at": now}
    row |= {"description": None, "price": None, **body}
    with core.database.transaction() as connection:
        connection.execute(probes.insert(), row)
    return row, {"Location": url_for("probes.get_probe", probe_id=row["id"]), "ETag": '"1"'}


@blueprint.get("/<probe_id>")
@core.declare.requires("probes:read")
@core.declare.errors("not-found")
@core.declare.response(ProbeSchema, headers=("ETag",))
def get_probe(probe_id: str) -> Any:
    """Return one of your probes."""
    with core.database.connect() as connection:
        row = _find(connection, probe_id)
    return row, {"ETag": f'"{row.version}"'}


@blueprint.patch("/<probe_id>")
@core.declare.requires("probes:write")
@core.declare.errors("not-found", "precondition-failed")
@core.declare.body(NewProbe, partial=True)
@core.declare.response(ProbeSchema, headers=("ETag",))
def update_probe(probe_id: str, body: dict[str, Any]) -> Any:
    """Change the fields in the body."""
    with core.database.transaction() as connection:
        row = _find(connection, probe_id)
        _check_version(row)
        values = {**body, "version": row.version + 1, "updated_at": core.clock.now()}
        connection.execute(probes.update().where(probes.c.id == row.id).values(values))
        row = _find(connection, probe_id)
    return row, {"ETag": f'"{row.version}"'}


@blueprint.delete("/<probe_id>")
@core.declare.requires("probes:write")
@core.declare.errors("not-found", "precondition-failed")
@core.declare.response(None, 204)
def delete_probe(probe_id: str) -> None:
    """Delete one of your probes."""
    with core.database.transaction() as connection:
        row = _find(connection, probe_id)
        _check_version(row)
        connection.execute(probes.delete().where(probes.c.id == row.id))


def count(connection: Connection) -> int:
    """Return the number of probes of all owners."""
    return connection.scalar(select(func.count()).select_from(probes)) or 0


def create_table(app: Flask) -> None:
    """Create the table of probes in the database of ``app`` if it is missing."""
    metadata.create_all(core.services.get(app, core.database.Database).engine)


def _owner() -> str:
    owner: str = core.request.current_caller().id
    return owner


def _find(connection: Connection, probe_id: str) -> Any:
    if not _UUID.fullmatch(probe_id):
        abort(404)
    row = connection.execute(select(probes).where(probes.c.id == probe_id)).first()
    if row is None:
        abort(404)
    if row.owner != _owner():
        core.record_event(core.MALICIOUS_DIRECT_REFERENCE, "the probe belongs to another caller")
        abort(404)
    return row


def _check_version(row: Mapping[str, Any] | Any) -> None:
    if "If-Match" in request.headers and not request.if_match.contains(str(row.version)):
        raise core.problems.Problem("precondition-failed", "The probe has changed since the version in If-Match.")
