"""Movements are counted per minute"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "movement_minute",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("writer", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("camera", "minute", "kind", "writer"),
    )
    op.create_index("ix_movement_minute_minute", "movement_minute", ["minute"])


def downgrade() -> None:
    op.drop_table("movement_minute")
