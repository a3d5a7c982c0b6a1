"""${message.replace("\\", "\\\\").replace('"', '\\"')}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = "${up_revision}"
down_revision: str | tuple[str, ...] | None = ${repr(down_revision)}
branch_labels: tuple[str, ...] | None = ${repr(tuple(branch_labels) if branch_labels else None)}


def upgrade() -> None:
    """Apply the change."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Revert the change."""
    ${downgrades if downgrades else "pass"}
