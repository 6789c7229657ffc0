"""Closures that nobody planned, holds over the holidays, the holiday list, urgent alerts."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_HELD = sa.text("state = 'open' and held_until is not null")
_DIGEST = sa.text("kind = 'digest'")
_REPLAN = sa.text("replan_at is not null")
_STANDS = sa.text("ended_at is null")

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE alerts ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT false")
    op.execute("ALTER TABLE alerts ADD COLUMN held_until BIGINT")
    _index("ix_alerts_held", "alerts", ["held_until"], _HELD)
    op.execute("ALTER TABLE people ADD COLUMN holidays BOOLEAN NOT NULL DEFAULT false")
    op.create_table(
        "closures",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("replan_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_closures"),
    )
    _index("ix_closures_replan", "closures", ["replan_at"], _REPLAN)
    days = ["school_code", "first_on", "last_on"]
    _index("uq_closures_days", "closures", days, _STANDS, unique=True)
    _index("uq_messages_digest", "messages", ["person_id", "bell_at"], _DIGEST, unique=True)


def _index(
    name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False
) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("uq_messages_digest", table_name="messages")
    # What the version before has no word for.
    op.execute(
        "DELETE FROM tellings WHERE message_id IN "
        "(SELECT id FROM messages WHERE kind IN ('digest', 'replanned'))"
    )
    op.execute(
        "DELETE FROM delivery_attempts WHERE message_id IN "
        "(SELECT id FROM messages WHERE kind IN ('digest', 'replanned'))"
    )
    op.execute("DELETE FROM messages WHERE kind IN ('digest', 'replanned')")
    op.drop_table("closures")
    op.execute("ALTER TABLE people DROP COLUMN holidays")
    op.drop_index("ix_alerts_held", table_name="alerts")
    op.execute("ALTER TABLE alerts DROP COLUMN held_until")
    op.execute("ALTER TABLE alerts DROP COLUMN urgent")
