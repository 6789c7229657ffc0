"""Ways beside Telegram: whose messages stand in for which, and a channel that fails as a whole."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LIVE = sa.text("ended_at is null")
_LIVE_ACCOUNT = sa.text("ended_at is null and channel = 'telegram'")
_messages = sa.table("messages", sa.column("id"), sa.column("channel"))
_OTHERS = sa.select(_messages.c.id).where(_messages.c.channel != "telegram")

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _one_person_an_address(_LIVE, _LIVE_ACCOUNT)
    op.create_table(
        "stand_ins",
        sa.Column("instead_of", _Key, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_id", _Key, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["instead_of"], ["messages.id"], name="fk_stand_ins_instead_of"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_stand_ins_message_id"),
        sa.PrimaryKeyConstraint("instead_of", "channel", name="pk_stand_ins"),
    )
    op.create_index("ix_stand_ins_message_id", "stand_ins", ["message_id"], unique=False)
    op.create_table(
        "outages",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("several", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("declared_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("channel", name="pk_outages"),
    )


def downgrade() -> None:
    op.drop_table("outages")
    op.drop_table("stand_ins")
    # What the version before has no word for. Whom the outbox told stays in the line of time.
    for table in ("tellings", "delivery_attempts"):
        hanging_on = sa.table(table, sa.column("message_id"))
        op.execute(sa.delete(hanging_on).where(hanging_on.c.message_id.in_(_OTHERS)))
    op.execute("DELETE FROM messages WHERE channel <> 'telegram'")
    op.execute("DELETE FROM contact_methods WHERE channel <> 'telegram'")
    op.execute("DELETE FROM chats WHERE channel <> 'telegram'")
    op.execute("DELETE FROM pace WHERE channel <> 'telegram'")
    op.execute("DELETE FROM facts WHERE name = 'second_ways'")
    _one_person_an_address(_LIVE_ACCOUNT, _LIVE)


def _one_person_an_address(before: sa.TextClause, after: sa.TextClause) -> None:
    name, table = "uq_contact_methods_address", "contact_methods"
    op.drop_index(name, table_name=table, sqlite_where=before, postgresql_where=before)
    op.create_index(
        name,
        table,
        ["channel", "address"],
        unique=True,
        sqlite_where=after,
        postgresql_where=after,
    )
