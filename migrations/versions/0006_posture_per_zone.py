"""Posture time is kept per zone too"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zone_minute",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("writer", sa.String(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("camera", "minute", "zone", "measure", "band", "writer"),
    )
    op.create_index("ix_zone_minute_minute", "zone_minute", ["minute"])


def downgrade() -> None:
    op.drop_table("zone_minute")
