"""What each import of the directory changed, so that it can be taken back.

Imports made before are not kept: they can be put right by another import only.
"""

import sqlalchemy as sa
from alembic import op

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_imports",
        sa.Column("id", _Key, autoincrement=True, nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=True),
        sa.Column("undoes", _Key, nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["undoes"], ["directory_imports.id"], name="fk_directory_imports_undoes"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_directory_imports"),
    )


def downgrade() -> None:
    op.drop_table("directory_imports")
