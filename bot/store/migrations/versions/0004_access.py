"""Signing in to the secure page: one-time links, sessions, Mini App starts, unlock codes."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STANDING = sa.text("ended_at is null")

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("contact_id", _Key, nullable=False),
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("message_id", _Key, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_links_alert_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact_methods.id"], name="fk_links_contact_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_links_message_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_links_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
    )
    _index("ix_links_open", "links", "expires_at")
    _index("ix_links_person", "links", "person_id")
    _index("ix_links_alert", "links", "alert_id")
    _index("uq_links_card", "links", "message_id", unique=True)
    op.create_table(
        "sessions",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("contact_id", _Key, nullable=False),
        sa.Column("alert_id", _Key, nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("unlocked_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_sessions_alert_id"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact_methods.id"], name="fk_sessions_contact_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sessions_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("sha256", name="uq_sessions_sha256"),
    )
    _index("ix_sessions_person", "sessions", "person_id")
    _index("ix_sessions_alert", "sessions", "alert_id")
    op.create_table(
        "launches",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_launches"),
    )
    op.create_index("ix_launches_used_at", "launches", ["used_at"], unique=False)
    op.create_table(
        "unlock_codes",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_unlock_codes_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_unlock_codes"),
    )


def _index(name: str, table: str, column: str, *, unique: bool = False) -> None:
    op.create_index(
        name,
        table,
        [column],
        unique=unique,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )


def downgrade() -> None:
    for table in ("unlock_codes", "launches", "sessions", "links"):
        op.drop_table(table)
