"""The ledger names the matrix and the version of the notice; who agreed to a complete export."""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In plain SQL, since both engines take it and neither copies the table for it.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE disclosures ADD COLUMN config_version_id {kind} "
        "CONSTRAINT fk_disclosures_config_version_id REFERENCES config_versions (id)"
    )
    op.execute("ALTER TABLE disclosures ADD COLUMN notification_version INTEGER")
    op.create_table(
        "export_requests",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("subject_sha256", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("agreed", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("refused_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_export_requests_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_export_requests"),
        sa.UniqueConstraint("reference", name="uq_export_requests_reference"),
    )


def downgrade() -> None:
    op.drop_table("export_requests")
    op.execute("ALTER TABLE disclosures DROP COLUMN notification_version")
    op.execute("ALTER TABLE disclosures DROP COLUMN config_version_id")
