"""Who asked to have no part in a notice."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A default of the database's own, since the notices that are there have nobody.
    op.execute("ALTER TABLE notifications ADD COLUMN recused TEXT NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    op.execute("ALTER TABLE notifications DROP COLUMN recused")
