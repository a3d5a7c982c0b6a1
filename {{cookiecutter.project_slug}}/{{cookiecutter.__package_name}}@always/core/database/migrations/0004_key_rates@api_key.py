"""Which key a rate was given to: those that come from it count on the same budget."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Make the column; each rate that is there was given to its own key."""
    op.add_column("keys", sa.Column("rate_of", sa.String(12)))
    op.execute("UPDATE keys SET rate_of = id WHERE rate IS NOT NULL")


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("keys", "rate_of")
