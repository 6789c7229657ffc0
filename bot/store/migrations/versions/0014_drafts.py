"""Versions with an author, a reason and the version each was made from; drafts of the next.

What was in force before has no version that it was made from: nobody wrote it down.
"""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In plain SQL, since both engines take it and neither copies the table for it.
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute("ALTER TABLE config_versions ADD COLUMN who TEXT NOT NULL DEFAULT 'file'")
    op.execute("ALTER TABLE config_versions ADD COLUMN agreed_by TEXT")
    op.execute("ALTER TABLE config_versions ADD COLUMN reason TEXT NOT NULL DEFAULT ''")
    op.execute(f"ALTER TABLE config_versions ADD COLUMN made_from {number}")
    op.execute(
        f"ALTER TABLE config_versions ADD COLUMN restored_from {number} "
        "CONSTRAINT fk_config_versions_restored_from REFERENCES config_versions (id)"
    )
    op.create_index(
        "uq_config_versions_made_from",
        "config_versions",
        ["kind", "made_from"],
        unique=True,
        sqlite_where=sa.text("made_from is not null"),
        postgresql_where=sa.text("made_from is not null"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_from", _Key, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("restored_from", _Key, nullable=True),
        sa.Column("version_id", _Key, nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["restored_from"], ["config_versions.id"], name="fk_drafts_restored_from"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["config_versions.id"], name="fk_drafts_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index(
        "ix_drafts_open",
        "drafts",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_index("ix_drafts_open", table_name="drafts")
    op.drop_table("drafts")
    # What the version before takes from no file, without what was restored from it.
    op.execute("UPDATE config_versions SET restored_from = NULL")
    op.execute("DELETE FROM config_versions WHERE kind IN ('directory', 'scenarios')")
    op.drop_index("uq_config_versions_made_from", table_name="config_versions")
    for name in ("restored_from", "made_from", "reason", "agreed_by", "who"):
        op.execute(f"ALTER TABLE config_versions DROP COLUMN {name}")
