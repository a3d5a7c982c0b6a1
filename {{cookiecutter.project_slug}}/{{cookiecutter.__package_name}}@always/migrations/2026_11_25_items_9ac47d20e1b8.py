"""Table of items."""

import sqlalchemy as sa
from alembic import op

revision = "9ac47d20e1b8"
down_revision: str | tuple[str, ...] | None = None
branch_labels: tuple[str, ...] | None = ("service",)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.String(2000)),
        sa.Column("price", sa.Double()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
    )
    op.create_index("ix_items_owner_id", "items", ["owner", "id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("items")
