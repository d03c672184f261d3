"""quality: fingerprints of pages"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_BANDS = [f"band_{number}" for number in range(8)]


def upgrade() -> None:
    op.create_table(
        "page_fingerprints",
        sa.Column(
            "page_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        *(sa.Column(band, sa.Integer(), nullable=False) for band in _BANDS),
        sa.ForeignKeyConstraint(
            ["page_id"], ["page_images.id"], name=op.f("fk_page_fingerprints_page_id_page_images")
        ),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page_fingerprints")),
    )
    for band in _BANDS:
        op.create_index(f"ix_page_fingerprints_{band}", "page_fingerprints", [band])


def downgrade() -> None:
    op.drop_table("page_fingerprints")
