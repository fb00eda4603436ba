"""Lifts in zones are kept with where the hands were"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lift",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("writer", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("load_kg", sa.Double(), nullable=True),
        sa.Column("coupling", sa.String(), nullable=True),
        sa.Column("origin", sa.JSON(), nullable=True),
        sa.Column("destination", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("camera", "minute", "writer", "number"),
    )
    op.create_index("ix_lift_minute", "lift", ["minute"])


def downgrade() -> None:
    op.drop_table("lift")
