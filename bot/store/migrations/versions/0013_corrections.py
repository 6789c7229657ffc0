"""Whose delay a late notice was, and which notices are about one child.

Notices taken in before have no marks until they are raised again: they are in no pattern.
"""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In plain SQL, since both engines take it and neither copies the table for it.
    op.execute("ALTER TABLE alerts ADD COLUMN notice_late_by TEXT")
    op.execute("ALTER TABLE alerts ADD COLUMN notice_was_due_at BIGINT")
    op.create_table(
        "child_marks",
        sa.Column("notification_id", _Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name="fk_child_marks_notification_id"
        ),
        sa.PrimaryKeyConstraint("notification_id", "number", name="pk_child_marks"),
    )
    op.create_index("ix_child_marks_mark", "child_marks", ["mark"])


def downgrade() -> None:
    op.drop_table("child_marks")
    op.execute("ALTER TABLE alerts DROP COLUMN notice_was_due_at")
    op.execute("ALTER TABLE alerts DROP COLUMN notice_late_by")
    # What the version before has no word for.
    op.execute(
        "DELETE FROM delivery_attempts WHERE message_id IN "
        "(SELECT id FROM messages WHERE kind = 'consider')"
    )
    op.execute("DELETE FROM messages WHERE kind = 'consider'")
    op.execute("DELETE FROM facts WHERE name = 'pattern_key'")
