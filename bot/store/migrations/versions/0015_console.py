"""A link may lead to the console instead of to one alert.

A link lives ten minutes, so the table is made anew: whoever has one under way presses once more.
"""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_anew(alert_may_be_missing=True)


def downgrade() -> None:
    _make_anew(alert_may_be_missing=False)
    # What the version before has no word for.
    op.execute(
        "DELETE FROM delivery_attempts WHERE message_id IN (SELECT id FROM messages WHERE "
        "kind = 'console' OR parent_id IN (SELECT id FROM messages WHERE kind = 'console'))"
    )
    op.execute(
        "DELETE FROM messages WHERE parent_id IN (SELECT id FROM messages WHERE kind = 'console')"
    )
    op.execute("DELETE FROM messages WHERE kind = 'console'")


def _make_anew(*, alert_may_be_missing: bool) -> None:
    op.drop_table("links")
    op.create_table(
        "links",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("contact_id", _Key, nullable=False),
        sa.Column("alert_id", _Key, nullable=alert_may_be_missing),
        sa.Column("message_id", _Key, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_links_person_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact_methods.id"], name="fk_links_contact_id"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_links_alert_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_links_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
    )
    for name, column, unique in (
        ("ix_links_open", "expires_at", False),
        ("ix_links_person", "person_id", False),
        ("ix_links_alert", "alert_id", False),
        ("uq_links_card", "message_id", True),
    ):
        stands = sa.text("ended_at is null")
        op.create_index(
            name, "links", [column], unique=unique, sqlite_where=stands, postgresql_where=stands
        )
