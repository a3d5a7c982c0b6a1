"""Delete a bounded number of rows, so that no request and no statement has to delete all of them at once."""

from sqlalchemy import ColumnElement, Connection, Select, delete, select

from ...clock import now
from ...database import transaction
from .models import AccessToken, ConsentRequest, RefreshToken, Session, TokenFamily

ExpiringTable = type[AccessToken | ConsentRequest | RefreshToken | Session | TokenFamily]
EXPIRED_ROWS = 100  # that one request deletes: it adds one row, so fewer and fewer expired ones remain
BATCH = 1000  # rows that one transaction of a command deletes


def delete_expired(connection: Connection, table: ExpiringTable, *conditions: ColumnElement[bool]) -> None:
    """Delete those of the ``EXPIRED_ROWS`` rows that expired first which meet the conditions."""
    expired = select(*table.__table__.primary_key).where(table.expires_at < now()).order_by(table.expires_at)
    _delete(connection, table, expired.limit(EXPIRED_ROWS), *conditions)


def delete_in_batches(table: ExpiringTable, *conditions: ColumnElement[bool]) -> None:
    """Delete all rows that meet the conditions, in many transactions."""
    batch = select(*table.__table__.primary_key).where(*conditions).limit(BATCH)
    while True:
        with transaction() as connection:
            if _delete(connection, table, batch) < BATCH:
                return


def _delete(
    connection: Connection, table: ExpiringTable, keys: Select[tuple[object]], *conditions: ColumnElement[bool]
) -> int:
    """Delete rows by their primary keys, except those that another transaction has locked; return their number."""
    (key,) = table.__table__.primary_key
    # A CTE that locks rows is evaluated once; a subquery may be evaluated for each row.
    found = keys.with_for_update(skip_locked=True).cte("found")
    return connection.execute(delete(table).where(key.in_(select(found)), *conditions)).rowcount
