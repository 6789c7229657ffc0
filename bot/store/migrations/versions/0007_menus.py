"""Of the menus that wait for a chat there is one at most."""

import sqlalchemy as sa
from alembic import op

_WAITS = sa.text("state = 'pending' and kind = 'menu'")

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "uq_messages_menu",
        "messages",
        ["address"],
        unique=True,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )


def downgrade() -> None:
    op.drop_index(
        "uq_messages_menu",
        table_name="messages",
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )
    # What the version before has no word for.
    op.execute(
        "DELETE FROM delivery_attempts WHERE message_id IN "
        "(SELECT id FROM messages WHERE kind = 'menu')"
    )
    op.execute("DELETE FROM messages WHERE kind = 'menu'")
    op.execute("DELETE FROM facts WHERE name = 'menu'")
