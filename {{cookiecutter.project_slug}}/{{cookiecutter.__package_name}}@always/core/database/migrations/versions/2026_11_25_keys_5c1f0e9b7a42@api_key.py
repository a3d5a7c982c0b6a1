"""Tables of owners and their keys."""

import sqlalchemy as sa
from alembic import op

revision = "5c1f0e9b7a42"
down_revision: str | tuple[str, ...] | None = None
branch_labels: tuple[str, ...] | None = ("core",)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "owners",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_owners"),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("scopes", sa.String(1000), nullable=False),
        sa.Column("rate", sa.String(50)),
        sa.Column("rate_of", sa.String(12)),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("pepper_id", sa.String(16), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("replaces", sa.String(12)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.ForeignKeyConstraint(["owner"], ["owners.name"], name="fk_keys_owner_owners"),
        sa.UniqueConstraint("replaces", name="uq_keys_replaces"),
    )
    op.create_index("ix_keys_owner", "keys", ["owner"])
    op.create_table(
        "key_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(12), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_events"),
    )
    op.create_index("ix_key_events_key_id", "key_events", ["key_id"])
    op.create_table(
        "key_networks",
        sa.Column("key_id", sa.String(12), nullable=False),
        sa.Column("network", sa.String(43), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "network", name="pk_key_networks"),
    )
    revocations = op.create_table(
        "revocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revocations"),
    )
    op.bulk_insert(revocations, [{"id": 1, "counter": 1}])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("revocations", "key_networks", "key_events", "keys", "owners"):
        op.drop_table(table)
