"""The networks that keys are used from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "key_networks",
        sa.Column("key_id", sa.String(12), nullable=False),
        sa.Column("network", sa.String(43), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "network", name="pk_key_networks"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("key_networks")
