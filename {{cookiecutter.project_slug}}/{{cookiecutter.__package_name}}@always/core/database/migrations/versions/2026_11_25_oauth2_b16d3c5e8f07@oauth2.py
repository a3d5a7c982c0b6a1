"""Tables of users, clients, tokens and signing keys."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "b16d3c5e8f07"
down_revision: str | tuple[str, ...] | None = None
branch_labels: tuple[str, ...] | None = ("core",)


def upgrade() -> None:
    """Create the tables."""
    _users()
    _clients()
    _tokens()
    _signing_keys()


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        *("revocations", "signing_keys", "access_tokens", "refresh_tokens", "authorization_codes", "token_families"),
        *("consent_requests", "clients", "sessions", "users"),
    ):
        op.drop_table(table)


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("scopes", sa.String(1000), nullable=False),
        _timestamp("created_at"),
        _timestamp("locked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        _timestamp("created_at"),
        _timestamp("expires_at"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("digest", name="uq_sessions_digest"),
        _belongs_to("users", "sessions", "user_id"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])


def _clients() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(32)),
        sa.Column("grants", sa.String(100), nullable=False),
        sa.Column("redirect_uris", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(1000), nullable=False),
        sa.Column("introspects", sa.Boolean(), nullable=False),
        sa.Column("rate", sa.String(50), nullable=True),
        _timestamp("created_at"),
        _timestamp("locked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clients"),
    )
    op.create_table(
        "consent_requests",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("session_id", sa.String(36), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        _timestamp("expires_at"),
        _timestamp("used_at", nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_consent_requests"),
        _belongs_to("sessions", "consent_requests", "session_id"),
    )
    op.create_index("ix_consent_requests_session_id", "consent_requests", ["session_id"])
    op.create_index("ix_consent_requests_expires_at", "consent_requests", ["expires_at"])


def _tokens() -> None:
    op.create_table(
        "token_families",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("client_id", sa.String(22), nullable=False),
        sa.Column("scopes", sa.String(1000), nullable=False),
        _timestamp("created_at"),
        _timestamp("expires_at"),
        _timestamp("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_token_families"),
        _belongs_to("users", "token_families", "user_id"),
        _belongs_to("clients", "token_families", "client_id"),
    )
    op.create_table(
        "authorization_codes",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("family_id", sa.String(36), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.String(43), nullable=False),
        _timestamp("expires_at"),
        _timestamp("used_at", nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_authorization_codes"),
        _belongs_to("token_families", "authorization_codes", "family_id"),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("family_id", sa.String(36), nullable=False),
        _timestamp("expires_at"),
        _timestamp("used_at", nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_refresh_tokens"),
        _belongs_to("token_families", "refresh_tokens", "family_id"),
    )
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("client_id", sa.String(22), nullable=False),
        sa.Column("family_id", sa.String(36)),
        sa.Column("scopes", sa.String(1000), nullable=False),
        _timestamp("created_at"),
        _timestamp("expires_at"),
        _timestamp("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_access_tokens"),
        _belongs_to("clients", "access_tokens", "client_id"),
        _belongs_to("token_families", "access_tokens", "family_id"),
    )
    for table, column in (
        *(
            ("token_families", "user_id"),
            ("token_families", "client_id"),
            ("token_families", "expires_at"),
            ("authorization_codes", "family_id"),
            ("refresh_tokens", "family_id"),
            ("refresh_tokens", "expires_at"),
        ),
        *(("access_tokens", "client_id"), ("access_tokens", "family_id"), ("access_tokens", "expires_at")),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _signing_keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.String(43), nullable=False),
        sa.Column("public_jwk", sa.Text(), nullable=False),
        sa.Column("encrypted_private_key", sa.LargeBinary(), nullable=False),
        _timestamp("created_at"),
        _timestamp("signs_from"),
        _timestamp("retires_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_signing_keys"),
    )
    revocations = op.create_table(
        "revocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revocations"),
    )
    op.bulk_insert(revocations, [{"id": 1, "counter": 1}])


def _timestamp(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _belongs_to(owner: str, table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=f"fk_{table}_{column}_{owner}", ondelete="CASCADE")
