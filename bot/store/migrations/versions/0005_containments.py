"""Not our pupil: which school refused which child, and the record of what had been seen there."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("ended_at is null")
_ONCE = "uq_acknowledgements_alert_id_person_id_version_children"
_ONCE_A_REFUSAL = "uq_acknowledgements_once"

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE notifications ADD COLUMN refused TEXT NOT NULL DEFAULT '[]'")
    # Who had answered before a refusal may have to answer again, at the same version.
    with op.batch_alter_table("acknowledgements") as batch:
        batch.add_column(sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))
        batch.drop_constraint(_ONCE, type_="unique")
        batch.create_unique_constraint(
            _ONCE_A_REFUSAL, ["alert_id", "person_id", "version", "refusals", "children"]
        )
    op.create_table(
        "containments",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("notification_id", _Key, nullable=False),
        sa.Column("refusal", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("child_number", sa.Integer(), nullable=False),
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("sealed_by", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("ledger_end", _Key, nullable=False),
        sa.Column("report_due_at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("next_reminder_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name="fk_containments_notification_id"
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_containments_alert_id"),
        sa.ForeignKeyConstraint(["sealed_by"], ["people.id"], name="fk_containments_sealed_by"),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name="fk_containments_ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_containments"),
        sa.UniqueConstraint(
            "notification_id", "refusal", name="uq_containments_notification_id_refusal"
        ),
    )
    op.create_index(
        "ix_containments_due",
        "containments",
        ["next_reminder_at"],
        unique=False,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_index(
        "ix_containments_due",
        table_name="containments",
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.drop_table("containments")
    with op.batch_alter_table("acknowledgements") as batch:
        batch.drop_constraint(_ONCE_A_REFUSAL, type_="unique")
        batch.create_unique_constraint(_ONCE, ["alert_id", "person_id", "version", "children"])
        batch.drop_column("refusals")
    op.execute("ALTER TABLE notifications DROP COLUMN refused")
