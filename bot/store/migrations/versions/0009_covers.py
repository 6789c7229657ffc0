"""Who stands in for somebody who is away, and the checks of cover the evening before."""

import sqlalchemy as sa
from alembic import op

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TURNS = sa.text("turn_at is not null")
_STANDS = sa.text("state = 'asked' or state = 'accepted'")
_WAITS = sa.text("due_at is not null")
_UNDONE = sa.text("done_at is null")

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("absences", sa.Column("turn_at", sa.BigInteger))
    op.add_column("absences", sa.Column("ended_at", sa.BigInteger))
    op.create_index(
        "ix_absences_turn", "absences", ["turn_at"],
        sqlite_where=_TURNS, postgresql_where=_TURNS,
    )  # fmt: skip
    # Each that stands already finds its own midnight at the next tick.
    op.execute("UPDATE absences SET turn_at = 0")
    op.add_column(
        "acknowledgements",
        sa.Column("in_place_of", sa.Text, nullable=False, server_default="[]"),
    )
    op.create_table(
        "covers",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("absence_id", _KEY, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=True),
        sa.Column("settled_at", sa.BigInteger, nullable=True),
        sa.ForeignKeyConstraint(["absence_id"], ["absences.id"], name="fk_covers_absence_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_covers_person_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_covers_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_covers"),
    )
    op.create_index("ix_covers_absence_id", "covers", ["absence_id"])
    op.create_index("ix_covers_person_id", "covers", ["person_id"])
    op.create_index(
        "uq_covers_absence", "covers", ["absence_id"], unique=True,
        sqlite_where=_STANDS, postgresql_where=_STANDS,
    )  # fmt: skip
    op.create_index(
        "ix_covers_due", "covers", ["due_at"], sqlite_where=_WAITS, postgresql_where=_WAITS
    )
    op.create_table(
        "readiness_checks",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=True),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("gaps", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_readiness_checks"),
        sa.UniqueConstraint("day", "kind", name="uq_readiness_checks_day_kind"),
    )
    op.create_index(
        "ix_readiness_checks_due", "readiness_checks", ["due_at"],
        sqlite_where=_UNDONE, postgresql_where=_UNDONE,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("readiness_checks")
    op.drop_table("covers")
    op.drop_column("acknowledgements", "in_place_of")
    op.drop_index("ix_absences_turn", table_name="absences")
    # The version before has no word for one that has ended.
    op.execute("DELETE FROM absences WHERE ended_at IS NOT NULL")
    op.drop_column("absences", "ended_at")
    op.drop_column("absences", "turn_at")
    # Nor for what was said between colleagues.
    op.execute(
        "DELETE FROM delivery_attempts WHERE message_id IN "
        "(SELECT id FROM messages WHERE kind IN ('cover', 'readiness'))"
    )
    op.execute("DELETE FROM messages WHERE kind IN ('cover', 'readiness')")
