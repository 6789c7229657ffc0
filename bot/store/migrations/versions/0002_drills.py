"""Drills: synthetic notices that a coordinator asks for, kept apart from the real ones."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("confirmed_at is not null and ended_at is null")
_OF_DRILLS = sa.text("drill_id is not null")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drills",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("schools", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("unreached", sa.Text(), nullable=True),
        sa.Column("retry_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_drills_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_drills"),
    )
    op.create_index(
        "ix_drills_open",
        "drills",
        ["end_at"],
        unique=False,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    # In plain SQL, since both engines take it and neither copies the table for it.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE notifications ADD COLUMN drill_id {kind} "
        "CONSTRAINT fk_notifications_drill_id REFERENCES drills (id)"
    )
    op.create_index(
        "ix_notifications_drill",
        "notifications",
        ["drill_id"],
        unique=False,
        sqlite_where=_OF_DRILLS,
        postgresql_where=_OF_DRILLS,
    )


def downgrade() -> None:
    op.drop_index(
        "ix_notifications_drill",
        table_name="notifications",
        sqlite_where=_OF_DRILLS,
        postgresql_where=_OF_DRILLS,
    )
    op.execute("ALTER TABLE notifications DROP COLUMN drill_id")
    op.drop_index("ix_drills_open", table_name="drills", sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.drop_table("drills")
