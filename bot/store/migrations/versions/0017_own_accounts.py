"""A session may be by an account of the authority's own, and a way may be tried by its holder."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact_methods", sa.Column("tested_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("sessions") as batch:
        batch.add_column(sa.Column("email", sa.Text(), nullable=True))
        batch.alter_column("contact_id", existing_type=_Key, nullable=True)


def downgrade() -> None:
    # What the version before has no word for.
    op.execute("DELETE FROM sessions WHERE contact_id IS NULL")
    op.execute(
        "DELETE FROM delivery_attempts WHERE message_id IN (SELECT id FROM messages WHERE "
        "kind IN ('screen', 'test') OR parent_id IN (SELECT id FROM messages WHERE "
        "kind IN ('screen', 'test')))"
    )
    op.execute(
        "DELETE FROM messages WHERE parent_id IN (SELECT id FROM messages WHERE "
        "kind IN ('screen', 'test'))"
    )
    op.execute("DELETE FROM messages WHERE kind IN ('screen', 'test')")
    with op.batch_alter_table("sessions") as batch:
        batch.alter_column("contact_id", existing_type=_Key, nullable=False)
        batch.drop_column("email")
    op.drop_column("contact_methods", "tested_at")
