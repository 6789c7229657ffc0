"""Answers with meaning: plans and by when they are owed, what may be undone, what was passed on."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ONCE = "uq_acknowledgements_once"
_BEFORE = ["alert_id", "person_id", "version", "refusals", "children"]
_INDEXES = (
    ("ix_plans_owed_due", "plans_owed", ["next_at"], "next_at is not null", False),
    ("ix_plans_owed_open", "plans_owed", ["alert_id"], "ended_at is null", False),
    ("ix_offers_open", "offers", ["until_at"], "ended_at is null", False),
    ("uq_offers_one", "offers", ["alert_id", "person_id", "what"], "ended_at is null", True),
)

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE alerts ADD COLUMN passed TEXT NOT NULL DEFAULT '[]'")
    with op.batch_alter_table("acknowledgements") as batch:
        batch.add_column(sa.Column("meaning", sa.Text(), nullable=False, server_default="taken"))
        batch.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
        batch.drop_constraint(_ONCE, type_="unique")
        batch.create_unique_constraint(_ONCE, [*_BEFORE, "meaning", "turn"])
    op.create_table(
        "taken_back",
        sa.Column("acknowledgement_id", _Key, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("taken_back_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledgement_id"],
            ["acknowledgements.id"],
            name="fk_taken_back_acknowledgement_id",
        ),
        sa.PrimaryKeyConstraint("acknowledgement_id", name="pk_taken_back"),
    )
    op.create_table(
        "plans",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=True),
        sa.Column("children", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_plans_alert_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_plans_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    op.create_index("ix_plans_alert_id", "plans", ["alert_id"])
    op.create_table(
        "plans_owed",
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_plans_owed_alert_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_plans_owed_person_id"),
        sa.PrimaryKeyConstraint("alert_id", "person_id", name="pk_plans_owed"),
    )
    op.create_table(
        "offers",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("acknowledgement_id", _Key, nullable=True),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_offers_alert_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_offers_person_id"),
        sa.ForeignKeyConstraint(
            ["acknowledgement_id"], ["acknowledgements.id"], name="fk_offers_acknowledgement_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
    )
    op.create_index("ix_offers_whose", "offers", ["alert_id", "person_id"])
    for name, table, columns, condition, unique in _INDEXES:
        where = sa.text(condition)
        op.create_index(
            name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    for table in ("offers", "plans_owed", "plans"):
        op.drop_table(table)
    # The version before knows no answer that was taken back, and one for each set of children.
    op.execute(
        "DELETE FROM acknowledgements WHERE id IN (SELECT acknowledgement_id FROM taken_back)"
        " OR EXISTS (SELECT 1 FROM acknowledgements other WHERE other.id < acknowledgements.id"
        " AND other.alert_id = acknowledgements.alert_id"
        " AND other.person_id = acknowledgements.person_id"
        " AND other.version = acknowledgements.version"
        " AND other.refusals = acknowledgements.refusals"
        " AND other.children = acknowledgements.children"
        " AND other.id NOT IN (SELECT acknowledgement_id FROM taken_back))"
    )
    op.drop_table("taken_back")
    with op.batch_alter_table("acknowledgements") as batch:
        batch.drop_constraint(_ONCE, type_="unique")
        batch.create_unique_constraint(_ONCE, _BEFORE)
        batch.drop_column("turn")
        batch.drop_column("meaning")
    op.execute("ALTER TABLE alerts DROP COLUMN passed")
    # What the version before has no word for.
    op.execute(
        "DELETE FROM delivery_attempts WHERE message_id IN "
        "(SELECT id FROM messages WHERE kind IN ('plan', 'plan_missing'))"
    )
    op.execute(
        "DELETE FROM messages WHERE operation = 'edit' AND parent_id IN "
        "(SELECT id FROM messages WHERE kind IN ('plan', 'plan_missing'))"
    )
    op.execute("DELETE FROM tellings WHERE kind IN ('plan', 'plan_missing')")
    op.execute("DELETE FROM messages WHERE kind IN ('plan', 'plan_missing')")
