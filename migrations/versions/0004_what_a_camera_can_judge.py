"""Cameras say what they can judge"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("camera_state", sa.Column("coach", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("camera_state", "coach")
