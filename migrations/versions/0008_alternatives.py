"""the next likely types of a material, and what the model said where the case decided otherwise"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("page_materials", sa.Column("alternatives", sa.JSON(), nullable=True))
    op.add_column("page_materials", sa.Column("predicted_code", sa.String(length=12), nullable=True))


def downgrade() -> None:
    op.drop_column("page_materials", "predicted_code")
    op.drop_column("page_materials", "alternatives")
