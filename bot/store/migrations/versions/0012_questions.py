"""Questions to the MASH desk, each with its duty at the desk, and who asked it."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KINDS = ["question", "answered", "question_over", "question_stands"]

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("alert_id", _Key, nullable=False),
        sa.Column("about_id", _Key, nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("child_number", sa.Integer(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_questions_alert_id"),
        sa.ForeignKeyConstraint(["about_id"], ["alerts.id"], name="fk_questions_about_id"),
        sa.ForeignKeyConstraint(["owner"], ["people.id"], name="fk_questions_owner"),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name="fk_questions_answered_by"),
        sa.PrimaryKeyConstraint("alert_id", name="pk_questions"),
    )
    op.create_table(
        "question_askers",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("question_id", _Key, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("about_id", _Key, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.alert_id"], name="fk_question_askers_question_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_question_askers_person_id"),
        sa.ForeignKeyConstraint(["about_id"], ["alerts.id"], name="fk_question_askers_about_id"),
        sa.PrimaryKeyConstraint("id", name="pk_question_askers"),
        sa.UniqueConstraint(
            "question_id", "person_id", name="uq_question_askers_question_id_person_id"
        ),
    )


def downgrade() -> None:
    op.drop_table("question_askers")
    op.drop_table("questions")
    # What the version before has no word for: the desk's duties and all that hangs on them.
    alerts, messages = _table("alerts", "id", "leg"), _table("messages", "id", "kind", "alert_id")
    duties = sa.select(alerts.c.id).where(alerts.c.leg == "question")
    said = sa.or_(messages.c.kind.in_(_KINDS), messages.c.alert_id.in_(duties))
    edits = _table("messages", "id", "parent_id").alias("edits")
    cards = sa.select(messages.c.id).where(said)
    _delete("views", "message_id", cards)
    _delete("views", "disclosure_id", _of_duties("disclosures", duties))
    _delete("links", "message_id", cards)
    _delete("stand_ins", "instead_of", cards)
    _delete("stand_ins", "message_id", cards)
    _delete("delivery_attempts", "message_id", cards)
    of_cards = sa.select(edits.c.id).where(edits.c.parent_id.in_(cards))
    _delete("delivery_attempts", "message_id", of_cards)
    _delete("tellings", "message_id", cards)
    _delete("messages", "parent_id", cards)
    op.execute(sa.delete(messages).where(said))
    for table in _HANGING:
        _delete(table, "alert_id", duties)
    events = _table("events", "alert_id")
    op.execute(sa.update(events).where(events.c.alert_id.in_(duties)).values(alert_id=None))
    op.execute(sa.delete(alerts).where(alerts.c.leg == "question"))


_HANGING = ("links", "sessions", "disclosures", "acknowledgements", "alert_children", "tellings")


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


def _of_duties(name: str, duties: sa.Select[tuple[int]]) -> sa.Select[tuple[int]]:
    table = _table(name, "id", "alert_id")
    return sa.select(table.c.id).where(table.c.alert_id.in_(duties))


def _delete(name: str, column: str, among: sa.Select[tuple[int]]) -> None:
    table = _table(name, column)
    op.execute(sa.delete(table).where(table.c[column].in_(among)))
